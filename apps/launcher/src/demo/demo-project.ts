import { pathToFileURL } from 'node:url';
import { ProjectBody } from '@crafting-table/contracts/project';
import type { ToolchainName } from '@crafting-table/dev-services/toolchains';

type DemoSubproject = {
  path: string;
  language: string;
  /** What its recipes need beside sh and the Node that the launcher itself has needed. */
  needs: readonly ToolchainName[];
  build?: string;
  test?: string;
  lint?: string;
};

/** What `examples/demo` has. Recipes work offline, and as soon as the toolchain is there. */
export const DEMO_SUBPROJECTS: readonly DemoSubproject[] = [
  { path: 'greeter', language: 'javascript', needs: [], test: 'node --test', lint: 'node lint.js' },
  { path: 'packer', language: 'shell', needs: [], build: 'sh build.sh', test: 'sh test.sh' },
  { path: 'tally', language: 'python', needs: ['python'], test: 'python3 -m unittest' },
  {
    path: 'ferry',
    language: 'go',
    needs: ['go'],
    build: 'go build ./...',
    test: 'go test ./...',
    lint: 'go vet ./...',
  },
  {
    path: 'abacus',
    language: 'rust',
    needs: ['cargo'],
    build: 'cargo build --offline',
    test: 'cargo test --offline',
  },
  { path: 'clock', language: 'java', needs: ['javac'], build: 'javac -Xlint:all -d out src/*.java' },
  { path: 'kettle', language: 'c', needs: ['cc', 'make'], build: 'make' },
  { path: 'poet', language: 'ruby', needs: ['minitest'], test: 'ruby -Ilib test/poet_test.rb' },
  {
    path: 'postcard',
    language: 'php',
    needs: ['php'],
    lint: 'for file in src/*.php; do php -l "$file" || failed=1; done; exit "${failed:-0}"',
  },
  { path: 'sweeper', language: 'shell', needs: ['shellcheck'], lint: 'shellcheck bin/*.sh' },
];

/** Built by the farm's first start, in a second. The others wait for somebody: some compile a standard library first. */
export const BUILT_FIRST: readonly string[] = ['greeter', 'packer'];

/** How the repository in `examples/demo` is registered. */
export function demoProject(folder: string): ProjectBody {
  return ProjectBody.parse({
    name: 'demo',
    git_url: pathToFileURL(folder).href,
    languages: [...new Set(DEMO_SUBPROJECTS.map(({ language }) => language))],
    subprojects: DEMO_SUBPROJECTS.map(toSubproject),
  });
}

function toSubproject(demo: DemoSubproject) {
  const { needs: _, ...subproject } = demo;
  return subproject;
}

import { pathToFileURL } from 'node:url';
import { ProjectBody } from '@crafting-table/contracts/project';

/** How the repository in `examples/demo` is registered. Its recipes need nothing but sh and Node. */
export function demoProject(folder: string): ProjectBody {
  return ProjectBody.parse({
    name: 'demo',
    git_url: pathToFileURL(folder).href,
    languages: ['javascript', 'shell'],
    subprojects: [
      { path: 'greeter', language: 'javascript', test: 'node --test', lint: 'node lint.js' },
      { path: 'packer', language: 'shell', build: 'sh build.sh', test: 'sh test.sh' },
    ],
  });
}

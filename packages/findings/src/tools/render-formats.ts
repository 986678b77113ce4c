// Writes docs/formats.md out of what the tools declare and what their samples are. For a test and for nothing else.
import { readFileSync } from 'node:fs';
import type { Tool } from '../core/tool.ts';
import { readSamples, toolFile } from './read-samples.ts';
import { TEST_TOOLS } from './test-tools.ts';

const TITLES: Record<string, string> = {
  c: 'C and C++',
  dotnet: '.NET',
  generic: 'Formats that many tools write',
  go: 'Go',
  jvm: 'JVM',
  nix: 'Nix',
  node: 'Node',
  php: 'PHP',
  python: 'Python',
  ruby: 'Ruby',
  rust: 'Rust',
  shell: 'Shell',
  swift: 'Swift',
};

const INTRODUCTION = `# Formats

What the farm understands of what tools print and write. This file is made from the tools' own declarations,
\`packages/findings/src/tools/<ecosystem>/<tool>/tool.ts\`, and from the tables in their \`samples/README.md\`.

*Log*: lines of the output, recognised wherever they stand. *Report*: a file that the recipe wrote, or a document in the middle of
the output; recognised by its content, whatever wrote it. *Captured*: the samples are what the real tool printed. *Documented*: they
were written after its documentation, because the tool could not be had; such a parser has not met its tool yet.

The name is what \`tools\` of a subproject takes. With a star: it runs tests, and where it was declared and not heard of, no test ran.`;

/** `tools`: sorted by name. */
export function renderFormats(tools: readonly Tool[]): string {
  const ecosystems = Map.groupBy(tools, ({ name }) => name.split('/')[0]!); // A name has two parts.
  const sections = [...ecosystems].map(([ecosystem, members]) => renderEcosystem(ecosystem, members));
  return `${[INTRODUCTION, ...sections, renderDocumented(tools)].join('\n\n')}\n`;
}

function renderEcosystem(ecosystem: string, tools: readonly Tool[]): string {
  const rows = tools.map((tool) =>
    row([
      `\`${tool.name}\`${TEST_TOOLS.has(tool.name) ? ' \\*' : ''}`,
      tool.title,
      renderNames((tool.logs ?? []).map(({ format }) => format)),
      renderNames((tool.reports ?? []).map(({ format }) => format)),
      tool.versions,
      renderEvidence(tool),
      tool.docs.map(renderLink).join(' '),
    ]),
  );
  const header = ['Name', 'Tool', 'Log', 'Report', 'Versions', 'Evidence', 'Described'];
  return [
    `## ${TITLES[ecosystem] ?? ecosystem}`,
    '',
    row(header),
    row(header.map(() => '---')),
    ...rows,
  ].join('\n');
}

function renderDocumented(tools: readonly Tool[]): string {
  const names = tools.filter(({ evidence }) => evidence === 'documented').map(({ name }) => `- \`${name}\``);
  const title = '## Not met yet';
  const text = 'All samples of these were written after the documentation of the tool.';
  return [title, '', text, '', ...names].join('\n');
}

/** How many samples there are, and which of them are of the other kind than the rest. */
function renderEvidence(tool: Tool): string {
  const variants = readSamples(tool.name).map(({ variant }) => variant);
  const count = `${tool.evidence}, ${variants.length} ${variants.length === 1 ? 'sample' : 'samples'}`;
  if (tool.evidence === 'documented') return count;
  const rows = readFileSync(toolFile(tool.name, 'samples/README.md'), 'utf8').split('\n');
  const documented = variants.filter((variant) =>
    rows.some((line) => line.startsWith(`| ${variant} |`) && line.includes('documented')),
  );
  return documented.length === 0 ? count : `${count}, of which documented: ${documented.join(', ')}`;
}

function renderNames(names: readonly string[]): string {
  return [...new Set(names)].map((name) => `\`${name}\``).join(', ');
}

/** A file of this repository, or a page by the name of its host. */
function renderLink(link: string): string {
  return URL.canParse(link) ? `[${new URL(link).host}](${link})` : `[${link}](../${link})`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { parse } from 'acorn';
import { TOOLS } from '../tools/registry.ts';

export type SourcePattern = { pattern: RegExp; where: string };

const SOURCES = dirname(import.meta.dirname);

/** Every regular expression of this package once: those written as literals, and all hints, which are partly put together. */
export function listPatterns(): SourcePattern[] {
  const literals = globSync(join(SOURCES, '**/*.ts'))
    .filter((file) => !file.endsWith('.test.ts') && !file.startsWith(import.meta.dirname))
    .filter((file) => !file.includes('/samples/'))
    .flatMap(literalsOf);
  const hints = TOOLS.flatMap(({ name, logs }) =>
    (logs ?? []).map(({ hint }) => ({ pattern: hint, where: `the hint of ${name}` })),
  );
  return [...new Map([...literals, ...hints].map((each) => [String(each.pattern), each])).values()];
}

function literalsOf(file: string): SourcePattern[] {
  const found: SourcePattern[] = [];
  parse(stripTypeScriptTypes(readFileSync(file, 'utf8')), {
    ecmaVersion: 'latest',
    sourceType: 'module',
    onToken: (token) => {
      if (token.type.label !== 'regexp') return;
      // The types of acorn leave out what a token holds.
      const { value } = token as unknown as { value: { pattern: string; flags: string } };
      found.push({ pattern: new RegExp(value.pattern, value.flags), where: relative(SOURCES, file) });
    },
  });
  return found;
}

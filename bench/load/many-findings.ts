import type { Finding } from '@crafting-table/contracts/finding';
import { enrichFindings, type EnrichedFinding } from '../../packages/findings/src/enrich/enrich-findings.ts';

const FILES = 500;
const RULES = 40;
/** Some lines are the same as others of their file, as in any source. */
const DIFFERENT_LINES = 60;

/**
 * What a linter says of an old code base that it sees for the first time. `shiftedHalf`: half of the files have three lines more
 * at their top. `kind` makes findings that have nothing to do with those of another kind.
 */
export function makeFindings(
  count: number,
  { shiftedHalf = false, kind = 'call' }: { shiftedHalf?: boolean; kind?: string } = {},
): EnrichedFinding[] {
  const perFile = Math.ceil(count / FILES);
  const pathOf = (file: number) => `packages/part-${file % 25}/src/module-${file}.ts`;
  const shiftOf = (file: number) => (shiftedHalf && file % 2 === 0 ? 3 : 0);
  const sources = new Map(
    Array.from({ length: FILES }, (_, file) => {
      const lines = Array.from({ length: 4 * perFile }, (_, line) => sourceLine(kind, line));
      return [pathOf(file), [...Array.from({ length: shiftOf(file) }, () => '// More.'), ...lines]];
    }),
  );
  const findings = Array.from({ length: count }, (_, number): Finding => {
    const file = Math.floor(number / perFile);
    const line = 4 * (number % perFile) + 2;
    return {
      kind: 'lint',
      tool: 'linter',
      rule_id: `rule-${number % RULES}`,
      rule_url: `https://linter.example/rules/rule-${number % RULES}`,
      severity: 'medium',
      level: 'warning',
      message: `'${kind}${number % 97}' is used before its value is known; declare it above, or pass it in`,
      path: pathOf(file),
      region: { line: line + shiftOf(file), col: 5 + (number % 60) },
      source: { artifact: 'log', format: 'linter', log_line: number + 1 },
      occurrences: 1,
    };
  });
  return enrichFindings(findings, (path) => sources.get(path));
}

/** Every twentieth line opens a function. */
function sourceLine(kind: string, line: number): string {
  if (line % 20 === 0) return `export function ${kind}${line}(given: string) {`;
  return `  const value = ${kind}${line % DIFFERENT_LINES}(given, '${kind} of something that is long enough');`;
}

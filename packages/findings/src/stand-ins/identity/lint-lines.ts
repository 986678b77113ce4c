// A linter of our own, so that an experiment over a whole history needs no other tool: each rule sees one line.
import type { Finding } from '@crafting-table/contracts/finding';

/** Text of each file by its path, in lines without their ends. */
export type SourceFiles = ReadonlyMap<string, readonly string[]>;

type LineRule = { id: string; pattern: RegExp; message: (found: string) => string };

/** Some are rare and some stand on every tenth line; some messages hold a piece of the line and some are always the same. */
const RULES: readonly LineRule[] = [
  { id: 'long-line', pattern: /^.{81,}$/, message: (found) => `a line of ${found.length} characters` },
  { id: 'todo', pattern: /\b(?:TODO|FIXME|XXX)\b.{0,60}/, message: (found) => `left to do: ${found}` },
  { id: 'assertion', pattern: /[\w)\]]!(?=[.;,)\]]|$)/, message: () => 'asserted, not proved' },
  {
    id: 'loose-type',
    pattern: /\b(?:any|unknown|void \*|interface\{\})/,
    message: () => 'a type that says nothing',
  },
  {
    id: 'magic-number',
    pattern: /(?<![\w.])\d{2,12}(?![\w.])/,
    message: (found) => `the number ${found} has no name`,
  },
  {
    id: 'long-text',
    pattern: /(?:'[^']{25,200}'|"[^"]{25,200}")/,
    message: () => 'a text in the midst of code',
  },
  {
    id: 'bare-return',
    pattern: /^\s*return(?: nil| err| NULL| null| undefined| false| -?[01])?;?$/,
    message: () => 'says nothing of why',
  },
  {
    id: 'ignored-result',
    pattern: /^\s*(?:_ = |void |\(void\))[\w.]{1,80}/,
    message: (found) => `${found.trim()} is not looked at`,
  },
  {
    id: 'unsafe-call',
    pattern: /\b(?:strcpy|strcat|sprintf|memcpy|malloc|panic|goto)\b/,
    message: (found) => `${found} is unsafe`,
  },
  { id: 'deep', pattern: /^(?: {16}|\t{4})\s*\S/, message: () => 'nested too deeply' },
  { id: 'negation', pattern: /\bif \(?!\w{1,80}/, message: (found) => `turn it around: ${found}` },
  {
    id: 'error-check',
    pattern: /\b(?:err != nil|== NULL|== 0|=== undefined)/,
    message: (found) => `unclear check ${found}`,
  },
];

/** In the order of files and lines; each rule at most once a line. */
export function lintLines(files: SourceFiles): Finding[] {
  return [...files].flatMap(([path, lines]) =>
    lines.flatMap((line, index) => lintLine(path, line, index + 1)),
  );
}

function lintLine(path: string, text: string, line: number): Finding[] {
  return RULES.flatMap(({ id, pattern, message }): Finding[] => {
    const found = pattern.exec(text);
    if (found === null) return [];
    return [
      {
        kind: 'lint',
        tool: 'line-linter',
        rule_id: id,
        severity: 'low',
        level: 'warning',
        message: message(found[0]),
        path,
        region: { line, col: found.index + 1 },
        source: { artifact: 'log', format: 'line-linter' },
        occurrences: 1,
      },
    ];
  });
}

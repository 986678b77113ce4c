// The line every session ends with, framed by `=` or, with -q, bare: `5 failed, 3 passed, 2 errors in 0.22s`.

export type Totals = { tests: number; failures: number; errors: number; skipped: number };

const COUNT =
  /^(\d{1,9}) (failed|passed|skipped|deselected|xfailed|xpassed|warnings?|errors?|rerun|subtests passed|subtests failed)$/;
const DURATION = /^(?<counts>[^.]{1,300}) in \d{1,9}\.\d\ds(?: \([\d:, days]{1,40}\))?$/;

/** Undefined when the line is another one. */
export function readFinalLine(line: string): Totals | undefined {
  if (line.length > 2000) return undefined;
  const counts = DURATION.exec(withoutFrame(line, '='))?.groups?.counts;
  if (counts === undefined) return undefined;
  const found = new Map<string, number>();
  if (counts !== 'no tests ran') {
    for (const part of counts.split(', ')) {
      const match = COUNT.exec(part);
      if (match?.[2] === undefined) return undefined;
      found.set(match[2].replace(/s$/, ''), Number(match[1]));
    }
  }
  const count = (word: string) => found.get(word) ?? 0;
  const tests = ['failed', 'passed', 'skipped', 'xfailed', 'xpassed'].reduce(
    (sum, word) => sum + count(word),
    0,
  );
  return { tests, failures: count('failed'), errors: count('error'), skipped: count('skipped') };
}

/** `==== title ====` → `title`; a line without the frame as it is. */
export function withoutFrame(line: string, mark: string): string {
  let start = 0;
  let end = line.length;
  while (line[start] === mark) start++;
  while (end > start && line[end - 1] === mark) end--;
  return line.slice(start, end).trim();
}

/** The title in a line that is framed by at least three marks on both sides. */
export function framedTitle(line: string, mark: string): string | undefined {
  const frame = mark.repeat(3);
  if (!line.startsWith(frame) || !line.endsWith(frame)) return undefined;
  const title = withoutFrame(line, mark);
  return title === '' ? undefined : title;
}

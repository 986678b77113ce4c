// The columns of pip-audit are as wide as their widest cell; the line of dashes below the heading says where they begin.

export type Table = { titles: string[]; starts: number[] };

/** `heading` and the line below it. Undefined when that is no line of dashes. */
export function readTable(heading: string, dashes: string): Table | undefined {
  if (!/^-[- ]{3,4000}$/.test(dashes)) return undefined;
  const starts: number[] = [];
  for (let i = 0; i < dashes.length; i++) if (dashes[i] === '-' && dashes[i - 1] !== '-') starts.push(i);
  return { titles: cut(heading, starts), starts };
}

/** One row by the titles of its columns; undefined when the line does not keep to the columns. */
export function readRow({ titles, starts }: Table, line: string): Map<string, string> | undefined {
  if (
    line.trim() === '' ||
    starts.slice(1).some((start) => start <= line.length && line[start - 1] !== ' ')
  ) {
    return undefined;
  }
  const cells = cut(line, starts);
  return new Map(titles.map((title, index) => [title, cells[index] ?? '']));
}

function cut(line: string, starts: readonly number[]): string[] {
  return starts.map((start, index) => line.slice(start, starts[index + 1]).trim());
}

// As much YAML as TAP producers write between `---` and `...`: scalars, quoted scalars, block scalars, one map in a map.

/** `at: {file, line}` comes out as `at.file` and `at.line`. What cannot be read is left out. */
export function readYamlBlock(lines: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  const base = indentOf(lines.find((line) => line.trim() !== '') ?? '');
  let parent = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!; // Below the length.
    const groups = /^ *(?<key>[A-Za-z_][\w-]{0,60}):(?: +(?<value>.*))?$/.exec(line)?.groups;
    if (groups?.key === undefined) continue;
    const indent = indentOf(line);
    if (indent < base) break;
    const key = indent === base ? groups.key : `${parent}.${groups.key}`;
    const value = (groups.value ?? '').trim();
    if (/^[|>][+-]?$/.test(value)) {
      const end = endOfBlock(lines, i + 1, indent);
      values.set(key, dedent(lines.slice(i + 1, end)));
      i = end - 1;
    } else if (value === '') {
      if (indent === base) parent = groups.key;
    } else values.set(key, unquote(value));
  }
  return values;
}

function endOfBlock(lines: readonly string[], start: number, indent: number): number {
  let end = start;
  while (end < lines.length && (lines[end]!.trim() === '' || indentOf(lines[end]!) > indent)) end++; // Below the length.
  return end;
}

export function dedent(lines: readonly string[]): string {
  const indent = indentOf(lines.find((line) => line.trim() !== '') ?? '');
  return lines
    .map((line) => line.slice(Math.min(indent, indentOf(line))))
    .join('\n')
    .trimEnd();
}

function unquote(value: string): string {
  if (/^'.*'$/.test(value)) return value.slice(1, -1).replaceAll("''", "'");
  if (!/^".*"$/.test(value)) return value;
  return value.slice(1, -1).replaceAll(/\\(["\\n])/g, (_, char: string) => (char === 'n' ? '\n' : char));
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

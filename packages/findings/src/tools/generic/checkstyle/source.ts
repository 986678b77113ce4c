// `source` names the check, in the words of whoever wrote the file: it tells the tool as well.

const KNOWN: readonly { start: string; tool: string }[] = [
  { start: 'com.puppycrawl.tools.checkstyle.', tool: 'checkstyle' },
  { start: 'eslint.rules.', tool: 'eslint' },
  { start: 'ShellCheck.', tool: 'shellcheck' },
  { start: 'detekt.', tool: 'detekt' },
  { start: 'stylelint.rules.', tool: 'stylelint' },
];

/** The rule as the tool's other formats write it; `tool` only where the source is unmistakable. */
export function readSource(source: string): { tool: string | undefined; rule: string | undefined } {
  const known = KNOWN.find(({ start }) => source.startsWith(start));
  if (known === undefined) return { tool: undefined, rule: source === '' ? undefined : source };
  const name = source.slice(known.start.length);
  // `…checks.blocks.NeedBracesCheck` is `[NeedBraces]` in checkstyle's own text.
  const rule =
    known.tool === 'checkstyle' ? name.slice(name.lastIndexOf('.') + 1).replace(/Check$/, '') : name;
  return { tool: known.tool, rule: rule === '' ? undefined : rule };
}

/** eslint's formatter writes the rule behind the message once more. */
export function withoutRule(message: string, rule: string | undefined): string {
  const tail = ` (${rule})`;
  return rule !== undefined && message.endsWith(tail) ? message.slice(0, -tail.length) : message;
}

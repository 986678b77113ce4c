// The text names a lint only where it speaks for the first time: the notes are read, and remembered by what was said.
import { messageTemplate } from '../../../core/message-template.ts';

const TEMPLATES_MAX = 5000;
const CLIPPY_URL = /https:\/\/rust-lang\.github\.io\/rust-clippy\/[\w./-]{1,80}#(?<lint>\w{1,100})/;
/** `#[warn(unused_imports)]` and `-D unused-imports`, quoted. */
const ATTRIBUTE = /^\s{0,12}= note: `#\[(?:warn|deny|forbid)\((?<lint>[\w:]{1,100})\)\]`/;
const FLAG = /^\s{0,12}= note: (?:requested on the command line with )?`-[DWF] (?<lint>[\w:-]{1,100})`/;

/** The lint and its page, as one line below a diagnostic says. */
export function readLintNote(line: string): { lint: string; url?: string } | undefined {
  const head = line.slice(0, 400);
  const url = CLIPPY_URL.exec(head);
  if (url?.groups?.lint !== undefined) return { lint: `clippy::${url.groups.lint}`, url: url[0] };
  const lint = (ATTRIBUTE.exec(head) ?? FLAG.exec(head))?.groups?.lint;
  return lint === undefined ? undefined : { lint: lint.replaceAll('-', '_') };
}

export type LintMemory = {
  /** The lint that was named, or else the one that said the same thing before. */
  recall: (message: string, named: string | undefined) => string | undefined;
};

export function createLintMemory(): LintMemory {
  const lints = new Map<string, string>();
  return {
    recall: (message, named) => {
      const template = messageTemplate(message.replaceAll(/`[^`]{0,300}`/g, '`#`'));
      if (named === undefined) return lints.get(template);
      if (lints.size < TEMPLATES_MAX) lints.set(template, named);
      return named;
    },
  };
}

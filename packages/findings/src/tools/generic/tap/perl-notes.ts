// Test::More prints where and why a test failed on the standard error, which may come much later than the test itself:
// `#   Failed test 'name'`, `#   at t/sum.t line 5.`, `#          got: '2'`, `#     expected: '3'`
import type { StatedPlace } from '../../../core/finding-collector.ts';

export type PerlNote = { place: StatedPlace; lines: string[] };

const NOTES_MAX = 20_000;
const LINES_MAX = 40;

export function createPerlNotes() {
  const byName = new Map<string, PerlNote[]>();
  let name: string | undefined;
  let open: PerlNote | undefined;
  let count = 0;

  const openNote = (path: string, line: number) => {
    if (name === undefined || count >= NOTES_MAX) return;
    count += 1;
    open = { place: { path, region: { line } }, lines: [] };
    const notes = byName.get(name);
    if (notes === undefined) byName.set(name, [open]);
    else notes.push(open);
    name = undefined;
  };

  return {
    comment: (text: string): void => {
      const failed = /^\s*Failed test(?: '(?<name>.{0,1000})')?(?: at |\s*$)/.exec(text);
      if (failed !== null) {
        name = failed.groups?.name ?? '';
        open = undefined;
      }
      const place = /^\s*(?:Failed test )?at (?<path>\S.{0,400}) line (?<line>\d{1,7})\.$/.exec(text)?.groups;
      if (place?.path !== undefined) openNote(place.path, Number(place.line));
      else if (/^\s*(?:Looks like|Failed|Subtest)\b/.test(text)) open = undefined;
      else if (open !== undefined && open.lines.length < LINES_MAX) open.lines.push(text.trim());
    },
    /** What was said next of a test of this name, without the names around it. */
    take: (of: string): PerlNote | undefined => byName.get(of)?.shift(),
  };
}

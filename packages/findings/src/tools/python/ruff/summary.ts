// The lines at the end that say what ruff did.

export type RuffSummary = {
  /** What is left to be mended. */
  left: number;
  /** What the number counts. */
  unit: 'problems' | 'files';
  /** biome and tsc end with this line too: it is ruff's only below lines that are. */
  isShared?: true;
};

const CHECKED = /^Found (?<all>\d{1,9}) errors?(?: \(\d{1,9} fixed, (?<left>\d{1,9}) remaining\))?\.$/;
const WOULD_FIX = /^Would fix (?<all>\d{1,9}) errors?/;
const WOULD_FORMAT = /^(?<all>\d{1,9}) files? would be reformatted(?:, \d{1,9} files? already formatted)?$/;
const FORMATTED =
  /^\d{1,9} files? (?:already formatted|reformatted|left unchanged)(?:, \d{1,9} files? left unchanged)?$/;

export function readSummary(line: string): RuffSummary | undefined {
  if (line === 'All checks passed!') return { left: 0, unit: 'problems' };
  const checked = CHECKED.exec(line)?.groups;
  if (checked?.left !== undefined) return { left: Number(checked.left), unit: 'problems' };
  if (checked !== undefined) return { left: Number(checked.all), unit: 'problems', isShared: true };
  const fixes = WOULD_FIX.exec(line)?.groups?.all;
  if (fixes !== undefined) return { left: Number(fixes), unit: 'problems' };
  const unformatted = WOULD_FORMAT.exec(line)?.groups?.all;
  if (unformatted !== undefined) return { left: Number(unformatted), unit: 'files' };
  return FORMATTED.test(line) ? { left: 0, unit: 'files' } : undefined;
}

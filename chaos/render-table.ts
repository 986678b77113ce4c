import { hasHeld, type Outcome } from './scenario.ts';

const HEAD = ['scenario', 'queue', 'promise', 'measured', 'holds'];
const CELL_CHARS_MAX = 300;

/** A table in Markdown: one row for each promise, and one for each scenario that could not be carried through. */
export function renderTable(outcomes: readonly Outcome[]): string {
  const lines = [HEAD, HEAD.map(() => '---'), ...outcomes.flatMap(renderOutcome)];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** One line that says it all. */
export function renderSummary(outcomes: readonly Outcome[]): string {
  const broken = outcomes.filter((outcome) => !hasHeld(outcome));
  const promises = outcomes.flatMap((outcome) => outcome.promises);
  const kept = promises.filter(({ holds }) => holds).length;
  const minutes = (outcomes.reduce((sum, { tookMs }) => sum + tookMs, 0) / 60_000).toFixed(1);
  const verdict =
    broken.length === 0
      ? 'all scenarios hold'
      : `broken: ${[...new Set(broken.map(({ scenario }) => scenario.name))].join(', ')}`;
  return `${verdict}; ${kept} of ${promises.length} promises kept in ${outcomes.length} runs, ${minutes} min`;
}

function renderOutcome({ scenario, backend, promises, fault }: Outcome): string[][] {
  const rows = promises.map(({ what, measured, holds }) => [what, measured, holds ? 'yes' : '**no**']);
  if (fault !== null) rows.push(['it can be carried through', fault, '**no**']);
  if (rows.length === 0) rows.push(['it states a promise', 'none', '**no**']);
  return rows.map((cells) => [scenario.name, backend, ...cells].map(toCell));
}

function toCell(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
  return line.length <= CELL_CHARS_MAX ? line : `${line.slice(0, CELL_CHARS_MAX)}…`;
}

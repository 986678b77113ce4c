import type { Row } from './figure.ts';
import type { Outcome } from './measure-figure.ts';

const HEAD = ['figure', 'value', 'floor', 'ratio', 'aim', 'met'];

/** A table in Markdown; a figure that failed has a row that says so. */
export function renderTable(outcomes: readonly Outcome[]): string {
  const lines = [HEAD, HEAD.map(() => '---'), ...outcomes.flatMap(renderOutcome)];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What the floor of each figure is, one line each. */
export function renderFloors(outcomes: readonly Outcome[]): string {
  return outcomes
    .filter(({ figure }) => figure.floor !== null)
    .map(({ figure }) => `- \`${figure.name}\`: ${figure.floor}`)
    .join('\n');
}

function renderOutcome(outcome: Outcome): string[][] {
  const { figure } = outcome;
  if (outcome.kind === 'failed') return [[figure.name, 'failed', '', '', figure.aim, 'no']];
  return outcome.rows.map((row) => [
    row.label,
    amount(row.value, row),
    row.floor === null ? '' : amount(row.floor, row),
    row.floor === null ? '' : `${(row.value / row.floor).toFixed(2)}x`,
    row.isMet === null ? '' : figure.aim,
    row.isMet === null ? '' : row.isMet ? 'yes' : '**no**',
  ]);
}

/** Three digits are more than the next measurement will agree with. */
function amount(value: number, { unit }: Row): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

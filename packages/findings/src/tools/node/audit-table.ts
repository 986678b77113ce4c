// The boxes of pnpm, yarn 1 and npm 6: one table per flaw, two columns, a cell may go on in the next row.
import type { LineVerdict, LogLine } from '../../core/tool.ts';

export type AuditTable = { severity: string; title: string; cells: Record<string, string>; logLine: number };

const ROW = /^│ (?<label>[^│]{1,60})│ (?<value>[^│]{0,3000})│\s{0,10}$/;
const ROWS_MAX = 200;

/** `onTable` gets every table that is whole. */
export function createAuditTableReader(onTable: (table: AuditTable) => void) {
  let rows: { label: string; value: string }[] = [];
  let logLine = 0;

  const close = () => {
    const [first, ...others] = rows;
    rows = [];
    if (first === undefined) return;
    const cells: Record<string, string> = Object.create(null);
    for (const { label, value } of others) cells[label] = value;
    onTable({ severity: first.label, title: first.value, cells, logLine });
  };

  return {
    line: ({ head, number }: LogLine): LineVerdict => {
      if (head.startsWith('┌')) {
        rows = [];
        logLine = number;
        return 'watching';
      }
      if (head.startsWith('└')) {
        close();
        return 'taken';
      }
      if (head.startsWith('├')) return 'reading';
      const row = ROW.exec(head)?.groups;
      if (row === undefined || rows.length >= ROWS_MAX) return 'ignored';
      const label = row.label!.trim(); // Both groups are in every match.
      const value = row.value!.trim();
      const last = rows.at(-1);
      if (label === '' && last !== undefined) last.value = `${last.value} ${value}`.trim();
      else rows.push({ label, value });
      return 'reading';
    },
  };
}

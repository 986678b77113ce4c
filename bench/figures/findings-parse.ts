import type { Figure } from '../figure.ts';
import { startParsing, type Reading } from '../load/parsing/start-parsing.ts';

const MB = 1e6;
/** MB/s; null: told for information. */
const AIMS = new Map<Reading, { aim: number | null; bytes: number }>([
  ['plain log', { aim: 100, bytes: 32 * MB }],
  ['log with diagnostics', { aim: 100, bytes: 32 * MB }],
  ['diagnostics alone', { aim: null, bytes: 8 * MB }],
  ['cargo JSON', { aim: 60, bytes: 16 * MB }],
  ['JUnit', { aim: 40, bytes: 16 * MB }],
  ['SARIF', { aim: 60, bytes: 16 * MB }],
  ['eslint JSON', { aim: null, bytes: 16 * MB }],
]);

/** Bytes → findings, through one thread. */
export const findingsParse: Figure = {
  name: 'findings-parse',
  floor: 'splitting the same lines, JSON.parse or saxes alone',
  aim: 'at least 100 MB/s of log, 60 of JSON, 40 of XML',
  async measure(bench) {
    const rows = [];
    for (const [of, { aim, bytes }] of AIMS) {
      // Each in a process of its own: what was read before makes the same code slower.
      const parsing = await startParsing(bench);
      const { parsed, floor } = await parsing.speed(of, bench.isQuick ? bytes / 4 : bytes);
      const isMet = aim === null ? null : parsed >= aim;
      rows.push({ label: `parsing: ${of}`, value: parsed, floor, unit: 'MB/s', isMet } as const);
    }
    return rows;
  },
};

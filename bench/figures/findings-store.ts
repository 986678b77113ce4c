import type { Figure, Row } from '../figure.ts';
import { openJudgedJobs } from '../load/judged-jobs.ts';
import { makeFindings } from '../load/many-findings.ts';
import { query } from '../stores.ts';

const AIM_S = 5;
const FINDINGS = 50_000;
const FINDINGS_QUICK = 5_000;

/** From the end of parsing to the end of the job, for as many findings as one job may have, in a series that has as many. */
export const findingsStore: Figure = {
  name: 'findings-store',
  floor: 'a bare insert of as many such rows',
  aim: `at most ${AIM_S} s`,
  async measure(bench) {
    const count = bench.isQuick ? FINDINGS_QUICK : FINDINGS;
    const jobs = await openJudgedJobs(bench);
    const findings = makeFindings(count);
    const floor = await insertBare(jobs.databaseUrl, findings);
    const measure = async (label: string, found: typeof findings): Promise<Row> => {
      const { judgedMs, storedMs } = await jobs.end(found);
      bench.tell(
        `${label}: ${judgedMs.toFixed(0)} ms to load and compare, ${storedMs.toFixed(0)} ms to store`,
      );
      const value = (judgedMs + storedMs) / 1000;
      return { label: `${count} findings, ${label}`, value, floor, unit: 's', isMet: value <= AIM_S };
    };
    return [
      await measure('none known', findings),
      await measure('all known', findings),
      await measure('all known, half of them on other lines', makeFindings(count, { shiftedHalf: true })),
      await measure('as many others known and gone', makeFindings(count, { kind: 'other' })),
    ];
  },
};

/** Seconds. */
async function insertBare(databaseUrl: string, findings: readonly unknown[]): Promise<number> {
  await query(databaseUrl, 'create table bare (ordinal bigint primary key, data jsonb not null)');
  const beganAt = performance.now();
  const insert = `insert into bare select ordinal, data from jsonb_array_elements($1::jsonb) with ordinality as f (data, ordinal)`;
  await query(databaseUrl, { text: insert, values: [JSON.stringify(findings)] });
  return (performance.now() - beganAt) / 1000;
}

// What the demo prints. Pure: details of jobs in, lines out.
import type { Job, JobDetail } from '@crafting-table/contracts/job';
import { isTerminal } from '@crafting-table/contracts/words';

const TAIL_LINES = 6;

/** One line about the job's state, and when it has ended the last lines of its log. */
export function describeResult({ job, log_tail: logTail }: JobDetail): string[] {
  const state = `demo: ${nameOf(job)}: ${job.status}`;
  if (!isTerminal(job.status)) return [state];
  const tail = logTail.filter((line) => line.trim() !== '').slice(-TAIL_LINES);
  return [...tail.map((line) => `demo:   | ${line}`), `${state} (${verdictOf(job)})`];
}

/** A table with a row for each job. */
export function summarise(results: readonly JobDetail[]): string[] {
  const header = ['subproject', 'recipe', 'status', 'verdict', 'findings', 'time'];
  const rows = results.map(({ job }) => [
    job.subproject,
    job.recipe,
    job.status,
    verdictOf(job),
    String(job.findings_count),
    job.timings.ran_ms === null ? '' : `${(job.timings.ran_ms / 1000).toFixed(1)} s`,
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  const render = (cells: string[]) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd();
  return ['', render(header), ...rows.map(render), ''];
}

/** Two calls that show something of what just happened, and one that builds everything else as well. */
export function nextSteps(
  { baseUrl, bearerFile }: { baseUrl: string; bearerFile: string },
  results: readonly JobDetail[],
): string[] {
  const curl = `curl -s -H "Authorization: Bearer $(cat '${bearerFile.replaceAll("'", `'\\''`)}')"`;
  const interesting = results.toSorted((a, b) => b.job.findings_count - a.job.findings_count)[0]?.job.id;
  const calls = [
    `${curl} ${baseUrl}/jobs/${interesting}/findings`,
    `${curl} ${baseUrl}/jobs/${interesting}/log`,
    `${curl} -H 'Content-Type: application/json' -d '{"recipe": "all"}' ${baseUrl}/projects/demo/jobs`,
  ];
  return ['Try next:', ...calls.map((call) => `  ${call}`)];
}

function nameOf(job: Job): string {
  return `${job.subproject} ${job.recipe}`;
}

function verdictOf(job: Job): string {
  return job.reason === 'exit' || job.reason === null ? `exit code ${job.exit_code ?? '?'}` : job.reason;
}

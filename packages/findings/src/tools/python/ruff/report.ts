import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { isRecord } from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { readJsonProblem } from './json-problem.ts';
import { problemToDraft } from './problem.ts';

/** `[problem`: one bracket is open around a problem. */
const PROBLEM_DEPTH = 1;

/** `--output-format json`. The list has no totals: only its closing bracket says that it is complete. */
export function parseRuffJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'ruff', recordDepth: PROBLEM_DEPTH });
  if (report === undefined) return;
  const { collector, value } = report;
  const stated = Array.isArray(value) ? value : [];
  const problems = stated
    .filter(isRecord)
    .map(readJsonProblem)
    .filter((problem) => problem !== undefined);
  for (const problem of problems) collector.add(problemToDraft(problem));
  report.close({
    completeness: 'complete',
    claimed: { problems: stated.length },
    parsed: { problems: problems.length },
  });
}

import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { isRecord } from '../../../engine/json-fields.ts';
import { readJson } from '../../../engine/read-json.ts';
import { readJsonProblem } from './json-problem.ts';
import { problemToDraft } from './problem.ts';

/** `[problem`: one bracket is open around a problem. */
const PROBLEM_DEPTH = 1;

/** `--output-format json`. The list has no totals: only its closing bracket says that it is complete. */
export function parseRuffJson(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('ruff');
  const json = readJson(file.bytes, PROBLEM_DEPTH);
  if (json.state === 'unreadable') {
    return reader.close(collector, { completeness: 'failed', note: json.note });
  }
  const stated = Array.isArray(json.value) ? json.value : [];
  const problems = stated
    .filter(isRecord)
    .map(readJsonProblem)
    .filter((problem) => problem !== undefined);
  for (const problem of problems) collector.add(problemToDraft(problem));
  reader.close(collector, {
    claimed: { problems: stated.length },
    parsed: { problems: problems.length },
    ...(json.state === 'cut' ? { completeness: 'partial', note: json.note } : { completeness: 'complete' }),
  });
}

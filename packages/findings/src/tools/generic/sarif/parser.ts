import type { ReportFile, ReportReader, ToolRunDraft } from '../../../core/tool.ts';
import {
  asRecord,
  field,
  type JsonRecord,
  listAt,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { readJson } from '../../../engine/read-json.ts';
import { readFaults, readLevelOverrides } from './invocation.ts';
import { openLocations } from './location.ts';
import { readResult } from './result.ts';
import { openRuleBook } from './rules.ts';
import { isProblem } from './verdict.ts';

/** `{runs: [{results: [result`: four brackets are open around a result. */
const RESULT_DEPTH = 4;

/** Reads a SARIF file: one tool run per `run`, and of a file that breaks off every result that is whole. */
export function parseSarif(file: ReportFile, reader: ReportReader): void {
  const json = readJson(file.bytes, RESULT_DEPTH);
  if (json.state === 'unreadable') {
    return reader.close(reader.collect('sarif'), { completeness: 'failed', note: json.note });
  }
  const runs = recordsAt(asRecord(json.value), 'runs');
  if (runs.length === 0) {
    const note = json.state === 'cut' ? json.note : 'the file holds no run';
    return reader.close(reader.collect('sarif'), {
      completeness: json.state === 'cut' ? 'failed' : 'unknown',
      note,
    });
  }
  for (const [index, run] of runs.entries()) {
    const isCutRun = json.state === 'cut' && index === runs.length - 1;
    readRun(run, reader, isCutRun ? json.note : undefined);
  }
}

function readRun(run: JsonRecord, reader: ReportReader, cutNote: string | undefined): void {
  const tool = recordAt(run, 'tool');
  const driver = recordAt(tool, 'driver');
  const collector = reader.collect(toolName(driver));
  const readLocation = openLocations(run);
  const facts = { rules: openRuleBook(tool), readLocation, levels: readLevelOverrides(run) };
  const results = recordsAt(run, 'results');
  const problems = results.filter(isProblem);
  for (const result of problems) collector.add(readResult(result, facts));
  const faults = readFaults(run, readLocation);
  for (const fault of faults) collector.add(fault);
  reader.close(collector, {
    version: stringAt(driver, 'semanticVersion') ?? stringAt(driver, 'version'),
    parsed: { results: results.length, problems: problems.length },
    ...judgeRun(run, results.length, faults.length, cutNote),
  });
}

/** `ESLint` and `eslint` are one tool, so names are compared in lower case. */
function toolName(driver: JsonRecord): string {
  return (stringAt(driver, 'name') ?? 'sarif').toLowerCase();
}

function judgeRun(
  run: JsonRecord,
  resultCount: number,
  faultCount: number,
  cutNote: string | undefined,
): Pick<ToolRunDraft, 'completeness' | 'note'> {
  if (cutNote !== undefined) return { completeness: 'partial', note: cutNote };
  if (faultCount > 0) {
    const note = `the tool itself reported ${faultCount} ${faultCount === 1 ? 'error' : 'errors'}`;
    return { completeness: resultCount > 0 ? 'partial' : 'failed', note };
  }
  const unread = listAt(run, 'results').length - resultCount;
  if (unread > 0) return { completeness: 'partial', note: `${unread} results are not objects` };
  if (recordsAt(recordAt(run, 'externalPropertyFileReferences'), 'results').length > 0) {
    return { completeness: 'partial', note: 'there are more results in other files' };
  }
  if (!Array.isArray(field(run, 'results')))
    return { completeness: 'unknown', note: 'the run holds no results' };
  return { completeness: 'complete' };
}

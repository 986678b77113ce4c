import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ToolRun } from '@crafting-table/contracts/finding';
import type { FindingSummary, JobFinding } from '@crafting-table/contracts/finding-life';
import { createLogParsers, type LogContext } from '@crafting-table/findings/create-log-parsers';
import type { ParseResult } from '@crafting-table/findings/core/parse-result';
import type { ParseContext } from '@crafting-table/findings/core/tool';
import { enrichFindings } from '@crafting-table/findings/enrich/enrich-findings';
import { mergeResults } from '@crafting-table/findings/merge-results';
import { decodeText } from '@crafting-table/findings/engine/decode-text';
import { isReport, parseReportFile } from '@crafting-table/findings/parse-report-file';
import { judgeFindings } from '@crafting-table/findings/track/judge-findings';
import { summarise } from '@crafting-table/findings/track/summarise';
import { isFileIn, openSource } from '@crafting-table/findings/worktree/open-source';
import type { ParseRequest } from './read-arguments.ts';
import { readMatchers } from './read-matchers.ts';
import { MissingInput, openInput, type Input } from './read-input.ts';

export type Parsed = { findings: JobFinding[]; toolRuns: ToolRun[]; summary: FindingSummary };

/** Of a report, as it has to be in memory as a whole. A log may be as long as it likes. */
const REPORT_BYTES_MAX = 256 * 1024 ** 2;
/** Nothing lies below this: without a worktree, no absolute path leads into one. */
const NOWHERE = '/dev/null';

/**
 * Everything that the inputs say, each problem once, as the farm would list it in the first job of a project.
 * @throws MissingInput
 */
export async function parseInputs(
  request: ParseRequest,
  surroundings: { folder: string; input: AsyncIterable<Uint8Array> },
): Promise<Parsed> {
  const root = request.root === null ? null : findRoot(surroundings.folder, request.root);
  const context: ParseContext = {
    subproject: '.',
    workspaceRoot: root ?? NOWHERE,
    knownFile: (path) => root !== null && isFileIn(root, path),
  };
  const matchers = request.matchers === null ? [] : readMatchers(surroundings.folder, request.matchers);
  const results: ParseResult[] = [];
  for (const file of request.files) {
    const input = await openInput(file, surroundings);
    const parse = isReport(decodeText(input.head), request.tools) ? parseReport : parseLog;
    results.push(orUnknown(await parse(input, request, { ...context, matchers }), input));
  }
  const merged = mergeResults(results);
  return judge(merged, root);
}

function findRoot(folder: string, given: string): string {
  const root = resolve(folder, given);
  const isFolder = statSync(root, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder) throw new MissingInput(`${given} is no folder`);
  return root;
}

async function parseLog(
  { chunks }: Input,
  { tools, isNamed }: ParseRequest,
  context: LogContext,
): Promise<ParseResult> {
  const declaredTools = isNamed ? tools.map(({ name }) => name) : [];
  const parsers = createLogParsers({ ...context, tools, declaredTools });
  for await (const chunk of chunks) parsers.feed(chunk);
  return parsers.end({ exitCode: 'unknown' });
}

async function parseReport(
  { name, chunks }: Input,
  { tools }: ParseRequest,
  context: ParseContext,
): Promise<ParseResult> {
  const kept: Uint8Array[] = [];
  let room = REPORT_BYTES_MAX;
  for await (const chunk of chunks) {
    kept.push(chunk.subarray(0, room));
    room -= chunk.length;
    if (room <= 0) break; // The parser sees that it breaks off.
  }
  const file = { path: name, bytes: Buffer.concat(kept) };
  return parseReportFile(file, context, tools) ?? { findings: [], toolRuns: [], truncated: false };
}

/** Silence has to be told from a clean result. */
function orUnknown(result: ParseResult, { name }: Input): ParseResult {
  if (result.toolRuns.length > 0) return result;
  const nothing: ToolRun = {
    tool: 'craft',
    completeness: 'unknown',
    source: { artifact: name, format: 'unknown' },
    note: 'no tool that is known has said anything in it',
  };
  return { ...result, toolRuns: [nothing] };
}

/** There is no job before to compare with. */
function judge({ findings, toolRuns, truncated }: ParseResult, root: string | null): Parsed {
  const enriched = enrichFindings(findings, root === null ? () => undefined : openSource(root));
  const inputs = { lockFiles: null, configuration: null, command: '', versions: {} };
  const judged = judgeFindings(
    { sha: '', findings: enriched, toolRuns, truncated, exitCode: null, inputs, now: new Date() },
    {
      relation: 'first',
      known: [],
      renames: new Map(),
      completeAtCommit: new Set(),
      inputs: null,
      accepted: new Map(),
      lapsed: new Set(),
    },
  );
  const summary = summarise(judged.findings, [], { gates: [], isFirstRun: true, toolRuns });
  return { findings: judged.findings, toolRuns, summary };
}

// The thread that parses output and report files, so that no pattern and no document can hold up the worker.
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { createLogParsers, type LogParsers } from '@crafting-table/findings/create-log-parsers';
import { mergeResults } from '@crafting-table/findings/merge-results';
import { parseReportFile } from '@crafting-table/findings/parse-report-file';
import type { FromParser, ToParser } from './messages.ts';
import { findReportFiles } from './find-report-files.ts';

type Open = { parsers: LogParsers; tree: string; subproject: string; startedAtMs: number };

const port = parentPort!; // This file is only ever started as a thread.
const open = new Map<number, Open>();
const tell = (message: FromParser) => port.postMessage(message);

port.on('message', (message: ToParser) => {
  switch (message.kind) {
    case 'open':
      open.set(message.id, { ...message, parsers: createLogParsers(contextOf(message)) });
      break;
    case 'feed':
      open.get(message.id)?.parsers.feed(message.bytes);
      tell({ kind: 'fed', bytes: message.bytes.length });
      break;
    case 'end':
      end(message.id, message.exitCode);
      break;
    case 'drop':
      open.delete(message.id);
      break;
  }
});

function end(id: number, exitCode: number | null): void {
  const attempt = open.get(id);
  if (!attempt) return;
  open.delete(id);
  const fromLog = attempt.parsers.end({ exitCode });
  const context = contextOf(attempt);
  const fromFiles = findReportFiles(attempt).flatMap((file) => parseReportFile(file, context) ?? []);
  const { findings, toolRuns } = mergeResults([fromLog, ...fromFiles]);
  const omitted = toolRuns.reduce((sum, run) => sum + (run.omitted_findings ?? 0), 0);
  tell({ kind: 'result', id, result: { findings, toolRuns, count: findings.length + omitted } });
}

function contextOf({ tree, subproject }: { tree: string; subproject: string }) {
  return {
    subproject,
    workspaceRoot: tree,
    // Only whether such a file is there is asked, and never through a link.
    knownFile: (path: string) => lstatSync(join(tree, path), { throwIfNoEntry: false })?.isFile() ?? false,
  };
}

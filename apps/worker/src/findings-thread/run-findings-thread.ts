import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { MessagePort } from 'node:worker_threads';
import { createLogParsers, type LogParsers } from '@crafting-table/findings/create-log-parsers';
import { mergeResults } from '@crafting-table/findings/merge-results';
import { parseReportFile } from '@crafting-table/findings/parse-report-file';
import { findReportFiles } from './find-report-files.ts';
import type { FromParser, ToParser } from './messages.ts';

type Place = { tree: string; subproject: string; startedAtMs: number };
type Open = Place & { parsers: LogParsers };

/** Parses what the main thread sends, attempt by attempt. */
export function runFindingsThread(port: MessagePort): void {
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
      case 'end': {
        const attempt = open.get(message.id);
        open.delete(message.id);
        if (attempt) tell({ kind: 'result', id: message.id, result: readAll(attempt, message.exitCode) });
        break;
      }
      case 'drop':
        open.delete(message.id);
        break;
    }
  });
}

function readAll(attempt: Open, exitCode: number | null) {
  const fromLog = attempt.parsers.end({ exitCode });
  const context = contextOf(attempt);
  const fromFiles = findReportFiles(attempt).flatMap((file) => parseReportFile(file, context) ?? []);
  const { findings, toolRuns } = mergeResults([fromLog, ...fromFiles]);
  const omitted = toolRuns.reduce((sum, run) => sum + (run.omitted_findings ?? 0), 0);
  return { findings, toolRuns, count: findings.length + omitted };
}

function contextOf({ tree, subproject }: Pick<Place, 'tree' | 'subproject'>) {
  return {
    subproject,
    workspaceRoot: tree,
    // Only whether such a file is there is asked, and never through a link.
    knownFile: (path: string) => lstatSync(join(tree, path), { throwIfNoEntry: false })?.isFile() ?? false,
  };
}

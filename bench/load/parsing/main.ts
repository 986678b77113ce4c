// What a worker's findings thread does, and nothing else.
import { Buffer } from 'node:buffer';
import { createLogParsers } from '../../../packages/findings/src/create-log-parsers.ts';
import { parseReportFile } from '../../../packages/findings/src/parse-report-file.ts';
import { answerQuestions } from '../../side-process.ts';
import { makeCargoJson } from './cargo-json.ts';
import { floorOf } from './floors.ts';
import { makeLog, makePage } from './logs.ts';
import { makeEslint, makeJunit, makeSarif } from './reports.ts';
import type { Memory, ParsingQuestion, Reading, Speed } from './start-parsing.ts';

/** The thread of a worker lives for days: what counts is how fast it is when its code is compiled, which takes some rounds. */
const ROUNDS = 8;
/** As a worker reads a pipe. */
const CHUNK_BYTES = 256 * 1024;
const CONTEXT = { subproject: '.', workspaceRoot: '/workspace', knownFile: () => true };

const MAKE: Record<Reading, (bytes: number) => Buffer> = {
  'plain log': (bytes) => makeLog(bytes, { diagnosticAfter: 100_000 }),
  'log with diagnostics': (bytes) => makeLog(bytes, { diagnosticAfter: 100 }),
  'diagnostics alone': (bytes) => makeLog(bytes, { diagnosticAfter: 0 }),
  'cargo JSON': makeCargoJson,
  JUnit: makeJunit,
  SARIF: makeSarif,
  'eslint JSON': makeEslint,
};
const REPORTS: readonly Reading[] = ['JUnit', 'SARIF', 'eslint JSON'];

answerQuestions(async (question: ParsingQuestion): Promise<Speed | Memory> => {
  return question.task === 'speed' ? measureSpeed(question) : measureMemory(question);
});

function measureSpeed({ of, bytes }: { of: Reading; bytes: number }): Speed {
  const content = MAKE[of](bytes);
  const parse = REPORTS.includes(of) ? readReport : readLog;
  const floor = floorOf(of);
  const speeds = Array.from({ length: ROUNDS }, () => ({
    parsed: megabytesPerSecond(content, parse),
    floor: megabytesPerSecond(content, floor),
  }));
  return {
    parsed: Math.max(...speeds.map(({ parsed }) => parsed)),
    floor: Math.max(...speeds.map((speed) => speed.floor)),
  };
}

/** By the time this thread had the processor, so that others on the machine count less. */
function megabytesPerSecond(content: Buffer, read: (content: Buffer) => void): number {
  const before = process.threadCpuUsage();
  read(content);
  const { user, system } = process.threadCpuUsage(before);
  return content.length / (user + system);
}

function readLog(content: Buffer): void {
  const parsers = createLogParsers(CONTEXT);
  for (let start = 0; start < content.length; start += CHUNK_BYTES) {
    parsers.feed(content.subarray(start, start + CHUNK_BYTES));
  }
  expectFindings(parsers.end({ exitCode: 0 }).toolRuns.length);
}

function readReport(bytes: Buffer): void {
  expectFindings(parseReportFile({ path: 'report', bytes }, CONTEXT)?.toolRuns.length ?? 0);
}

/** A parser that reads nothing is as fast as one likes. */
function expectFindings(toolRuns: number): void {
  if (toolRuns === 0) throw new Error('Nothing was found in it');
}

/** Feeds a log of which no two diagnostics are the same; most of them are over the limit and only counted. */
function measureMemory({ bytes }: { bytes: number }): Memory {
  const parsers = createLogParsers(CONTEXT);
  const page = makePage(CHUNK_BYTES);
  const pages = Math.ceil(bytes / CHUNK_BYTES);
  let early = 0;
  for (let number = 0; number < pages; number++) {
    parsers.feed(page.numbered(number));
    if (number === pages >> 1) early = process.resourceUsage().maxRSS;
  }
  expectFindings(parsers.end({ exitCode: 0 }).findings.length);
  const peak = process.resourceUsage().maxRSS;
  return { peak: toMegabytes(peak), growth: toMegabytes(peak - early) };
}

function toMegabytes(kibibytes: number): number {
  return (kibibytes * 1024) / 1e6;
}

// The tests of one package while its output is read, in whatever format, and what is told of them when it is over.
import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import { addToCrash, type Crash, crashToDraft, openCrash } from './crash.ts';
import { placeInPackage, readTestWords } from './located-line.ts';

/** Lines kept of one test, and of what belongs to no test. */
const TEST_LINES_MAX = 200;
const FAILED_TESTS_MAX = 5000;
const RUNNING_TESTS_MAX = 5000;

type Running = { lines: string[]; logLine: number | undefined };
type Failed = Running & { name: string; durationMs: number | undefined };

export type PackageEnd = {
  /** Import path; empty when the log does not say. */
  name: string;
  /** `cut`: the log ends before the package does. */
  result: 'passed' | 'failed' | 'cut';
};

export type TestPackage = {
  /** A line that was printed; `test`: while this one ran. False when it is none of the package's own. */
  line: (text: string, test: string | undefined, logLine?: number) => boolean;
  fail: (test: string, durationMs: number | undefined, logLine?: number) => void;
  /** A test that passed or was skipped. */
  leave: (test: string) => void;
  hasContent: () => boolean;
  /** Number of failed tests and of findings that were handed over. */
  close: (collector: FindingCollector, end: PackageEnd) => { failures: number };
};

export function createTestPackage(): TestPackage {
  const running = new Map<string, Running>();
  const failed = new Map<string, Failed>();
  const crashes: Crash[] = [];
  let crash: Crash | undefined;
  let stray: string[] = [];

  const keep = (text: string, test: string | undefined, logLine: number | undefined) => {
    if (/^(?:PASS|FAIL)$/.test(text)) return;
    if (test === undefined) {
      if (text.trim() !== '' && !/^={18}$/.test(text)) stray = [...stray.slice(-40), text];
      return;
    }
    let lines = (failed.get(test) ?? running.get(test))?.lines;
    if (lines === undefined) {
      if (running.size >= RUNNING_TESTS_MAX) return;
      lines = [];
      running.set(test, { lines, logLine });
    }
    if (lines.length < TEST_LINES_MAX) lines.push(text);
  };

  return {
    line: (text, test, logLine) => {
      if (crash !== undefined && !crash.isOver && addToCrash(crash, text)) return true;
      const opened = openCrash(text, logLine);
      if (opened !== undefined) {
        crash = opened;
        if (crashes.length < 20) crashes.push(opened);
        return true;
      }
      crash = undefined;
      keep(text, test, logLine);
      return false;
    },
    fail: (test, durationMs, logLine) => {
      crash = undefined;
      const before = running.get(test);
      running.delete(test);
      if (failed.size >= FAILED_TESTS_MAX) return;
      failed.set(test, {
        name: test,
        durationMs,
        lines: before?.lines ?? [],
        logLine: logLine ?? before?.logLine,
      });
    },
    leave: (test) => {
      crash = undefined;
      running.delete(test);
    },
    hasContent: () => failed.size > 0 || crashes.length > 0,
    close: (collector, end) => {
      const real = crashes.filter((each) => each.hasTrace);
      const dead = real.findLast((each) => each.rule !== 'data-race');
      const silent = leavesOf([...failed.values()]).findLast(
        ({ lines }) => readTestWords(lines).file === undefined,
      );
      const victim = dead && (dead.running ?? silent?.name);
      const told = leavesOf([...failed.values()]).filter(({ name }) => !isWithin(victim, name));
      if (end.name === '' && told.length > 0) {
        collector.add(cutDraft(told, real));
        return { failures: told.length };
      }
      for (const test of told) {
        // Of a package that was cut off nobody knows whether a silent test failed by itself.
        if (end.result === 'cut' && readTestWords(test.lines).file === undefined) continue;
        collector.add(failedToDraft(test, end.name, collector));
      }
      // A trace that is cut off may lack the place: of a package that is known there is more to come.
      if (end.result === 'cut' && end.name !== '') return { failures: told.length };
      for (const each of real)
        collector.add(crashDraft(each, each === dead ? victim : undefined, end.name, collector));
      if (end.result === 'failed' && told.length === 0 && real.length === 0) {
        collector.add(packageDraft(end.name, 'the package failed, but none of its tests did', stray));
      }
      return { failures: told.length + (victim === undefined ? 0 : 1) };
    },
  };
}

/** A package whose tests could not run at all. */
export function packageDraft(name: string, text: string, lines: readonly string[] = []): FindingDraft {
  return {
    kind: 'test_error',
    severity: TEST_SEVERITY.errored,
    level: 'error',
    text,
    detail: lines.join('\n'),
    test: { suite: name, name, outcome: 'errored' },
  };
}

/** Nobody said which package it was, and so in which folder its files are: one finding holds all there is. */
function cutDraft(told: readonly Failed[], crashes: readonly Crash[]): FindingDraft {
  const blocks = [...told, ...crashes].map((each) => {
    const title = 'name' in each ? each.name : each.message;
    return [title, ...each.lines].join('\n');
  });
  return {
    kind: 'test_error',
    severity: TEST_SEVERITY.errored,
    level: 'error',
    text: `the log ends inside a package whose tests failed: ${told.map(({ name }) => name).join(', ')}`,
    detail: blocks.join('\n'),
  };
}

/** A test that only failed because one inside it did says nothing of its own. */
function leavesOf(tests: readonly Failed[]): Failed[] {
  const parents = new Set<string>();
  for (const { name } of tests) {
    for (let slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
      parents.add(name.slice(0, slash));
    }
  }
  return tests.filter(({ name, lines }) => !parents.has(name) || readTestWords(lines).file !== undefined);
}

function isWithin(victim: string | undefined, name: string): boolean {
  return victim !== undefined && (victim === name || victim.startsWith(`${name}/`));
}

function failedToDraft(
  { name, durationMs, lines, logLine }: Failed,
  suite: string,
  { resolve }: FindingCollector,
): FindingDraft {
  const words = readTestWords(lines);
  const draft: FindingDraft = {
    kind: 'test_failure',
    severity: TEST_SEVERITY.failed,
    level: 'error',
    text: words.message ?? lines.find((line) => line.trim() !== '')?.trim() ?? `${name} failed`,
    detail: lines.join('\n'),
    place: placeInPackage(words, suite, resolve),
    test: {
      suite,
      name,
      outcome: 'failed',
      ...(durationMs === undefined ? {} : { duration_ms: durationMs }),
    },
  };
  if (logLine !== undefined) draft.logLine = logLine;
  return draft;
}

function crashDraft(
  crash: Crash,
  victim: string | undefined,
  suite: string,
  { resolve }: FindingCollector,
): FindingDraft {
  const isTest = suite !== '';
  const test = isTest ? ({ suite, name: victim ?? suite, outcome: 'errored' } as const) : undefined;
  return crashToDraft(crash, resolve, test);
}

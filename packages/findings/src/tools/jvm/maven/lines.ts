// The lines of Maven that mean something, each as its own small shape.
import type { StatedRegion } from '../../../core/region.ts';

export type MavenDiagnostic = {
  path: string;
  region: StatedRegion;
  level: 'error' | 'warning';
  /** A lint key of javac or the name of a check. */
  rule?: string | undefined;
  isLint: boolean;
  message: string;
};

/** javac and Kotlin: `/a/A.java:[1,2] text`, `/a/F.kt: (1, 2) text`; checkstyle: `src/A.java:[1,2] (category) Name: text`. */
const DIAGNOSTIC =
  /^\[(?<word>ERROR|WARNING|WARN)\] (?:file:\/\/)?(?<path>[^\s:][^:]{0,400}\.\w{1,10}):(?:\[(?<line>\d{1,7})(?:,(?<col>\d{1,7}))?\]| \((?<oldLine>\d{1,7}), (?<oldCol>\d{1,7})\):?) (?:\[(?<lint>[a-z][a-z-]{1,40})\] |\([a-z]{1,40}\) (?<check>[A-Z]\w{1,80}): )?(?<message>.*)$/;

export function readMavenDiagnostic(line: string): MavenDiagnostic | undefined {
  const groups = DIAGNOSTIC.exec(line)?.groups;
  if (groups?.path === undefined) return undefined;
  const col = groups.col ?? groups.oldCol;
  return {
    path: groups.path,
    region: {
      line: Number(groups.line ?? groups.oldLine),
      col: col === undefined ? undefined : Number(col),
    },
    level: groups.word === 'ERROR' ? 'error' : 'warning',
    rule: groups.lint ?? groups.check,
    isLint: groups.check !== undefined,
    message: groups.message ?? '',
  };
}

export type FailedTest = { suite: string; name: string; isError: boolean; durationMs: number };

/** surefire 3: `shop.CartTest.sums -- Time elapsed: 0.1 s <<< FAILURE!`, before: `sums(shop.CartTest)  Time elapsed: …`. */
const TEST =
  /^(?:\[ERROR\] )?(?<id>\S.{0,600}?) (?:--| ) ?Time elapsed: (?<seconds>[\d.,]{1,20}) s(?:ec)? {1,2}<<< (?<verdict>FAILURE|ERROR)!$/;

export function readFailedTest(line: string): FailedTest | undefined {
  if (line.includes('Tests run: ')) return undefined;
  const groups = TEST.exec(line)?.groups;
  if (groups?.id === undefined) return undefined;
  return {
    ...splitId(groups.id),
    isError: groups.verdict === 'ERROR',
    durationMs: Math.round(Number(groups.seconds?.replace(',', '.')) * 1000) || 0,
  };
}

/** A class that failed before its tests has only its own name. */
function splitId(id: string): { suite: string; name: string } {
  const old = /^(?<name>[^(]{1,300}(?:\[[^\]]{1,200}\])?)\((?<suite>[\w.$]{1,300})\)$/.exec(id)?.groups;
  if (old?.name !== undefined && old.suite !== undefined) return { suite: old.suite, name: old.name };
  const method = /^[^\s([{]{1,400}/.exec(id)?.[0] ?? id;
  const dot = method.lastIndexOf('.');
  const last = id.slice(dot + 1);
  return /^[A-Z]/.test(last) || dot < 0 ? { suite: id, name: last } : { suite: id.slice(0, dot), name: last };
}

const TEST_TOTAL =
  /^(?:\[(?:INFO|ERROR|WARNING)\] )?Tests run: (?<tests>\d{1,7}), Failures: (?<failures>\d{1,7}), Errors: (?<errors>\d{1,7}), Skipped: \d{1,7}$/;

/** The total of one module; the lines of single classes state a time. */
export function readTestTotal(line: string): { tests: number; failures: number } | undefined {
  const groups = TEST_TOTAL.exec(line)?.groups;
  if (groups === undefined) return undefined;
  return { tests: Number(groups.tests), failures: Number(groups.failures) + Number(groups.errors) };
}

const FAULT =
  /^\[(?:ERROR|FATAL)\] (?<text>(?:Failed to execute goal |Plugin \S{1,300} or one of |Non-parseable POM |Non-resolvable |Unknown lifecycle phase |No goals have been specified|The goal you specified requires a project|Could not find the selected project|Error resolving version |No plugin found for prefix ).*)$/;
/** Their findings are told line by line. */
const TOLD_ELSEWHERE =
  /: (?:Compilation failure|There are test failures|There was a timeout|You have \d{1,7} Checkstyle violations?|Failed during checkstyle execution)/;

/** What Maven itself could not do. */
export function readFault(line: string): { text: string; isProjects: boolean } | undefined {
  const text = FAULT.exec(line)?.groups?.text;
  if (text === undefined || TOLD_ELSEWHERE.test(text)) return undefined;
  return {
    text: text.replace(/ -> \[Help \d\]$/, ''),
    isProjects: text.startsWith('Non-parseable POM '),
  };
}

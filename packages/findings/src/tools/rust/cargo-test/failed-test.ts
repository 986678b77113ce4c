import type { FindingCollector, FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import { projectFrame, readMissingPanic, readPanics } from './panic.ts';

export type FailedTest = {
  name: string;
  suite: string | undefined;
  lines: readonly string[];
  logLine: number;
};

const DOCTEST = /^(?<path>\S{1,400}) - .{0,400}\(line (?<line>\d{1,7})\)/;

export function failedTestToDraft(
  { name, suite, lines, logLine }: FailedTest,
  { resolve }: FindingCollector,
): FindingDraft {
  const panics = readPanics(lines);
  // What another thread panicked with is only what led there.
  const panic = panics.find(({ thread }) => thread === name) ?? panics[0];
  const stated = [placeOfDoctest(name), panic?.place, readMissingPanic(lines)].filter(
    (place) => place !== undefined,
  );
  const own = stated.find(({ path }) => path !== undefined && resolve(path).known);
  const said = lines.find((line) => line.trim() !== '')?.trim() ?? 'the test failed';
  return {
    kind: 'test_failure',
    severity: TEST_SEVERITY.failed,
    level: 'error',
    text: panic?.message || said.replace(/^note: /, ''),
    detail: lines.join('\n').trim(),
    place: own ?? projectFrame(lines, resolve) ?? stated[0],
    test: { ...(suite === undefined ? {} : { suite }), name, outcome: 'failed' },
    logLine,
  };
}

/** `src/lib.rs - twice (line 37)`; the panic counts the lines of the example. */
function placeOfDoctest(name: string): StatedPlace | undefined {
  const groups = DOCTEST.exec(name.slice(0, 900))?.groups;
  return groups?.path === undefined
    ? undefined
    : { path: groups.path, region: { line: Number(groups.line) } };
}

// A test point that failed, and where: every producer says that in its own place.
import type { TestDetail } from '@crafting-table/contracts/finding';
import type { FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import type { PathResolver } from '../../../core/repository-path.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import type { PerlNote } from './perl-notes.ts';
import { dedent, readYamlBlock } from './yaml-block.ts';

export type FailedPoint = {
  /** With the names of the tests around it. */
  name: string;
  yaml: string[];
  /** Comment lines right behind it, without their `#`. */
  comments: string[];
  logLine: number;
};

/** Node's words for a test that could not be tried, rather than tried and failed. */
const NO_TRY = /^(?:hookFailed|cancelledByParent|uncaughtException|parentAlreadyFinished)$/;
const FRAME =
  /(?:\(|\bat |^)(?<path>(?:file:\/\/)?[^\s()'":][^()'":]{0,400}):(?<line>\d{1,7}):(?<col>\d{1,7})\)?$/;
const TRACE_LINES_MAX = 100;

export function toDraft(point: FailedPoint, note: PerlNote | undefined, resolve: PathResolver): FindingDraft {
  const yaml = readYamlBlock(point.yaml);
  const outcome = NO_TRY.test(yaml.get('failureType') ?? '') ? 'errored' : 'failed';
  const location = readLocation(yaml.get('location'));
  const comments = [...(yaml.get('message') ?? '').split('\n'), ...point.comments];
  const test: TestDetail = { name: point.name, outcome };
  const file = location?.path ?? yaml.get('at.file') ?? yaml.get('file');
  if (file !== undefined) test.suite = resolve(file).path ?? file;
  const duration = Number(yaml.get('duration_ms') ?? 'none');
  if (duration >= 0) test.duration_ms = Math.round(duration);
  return {
    kind: outcome === 'failed' ? 'test_failure' : 'test_error',
    severity: TEST_SEVERITY[outcome],
    level: 'error',
    text:
      yaml.get('error') ||
      note?.lines.join('\n') ||
      withoutPlaces(note === undefined ? comments : []) ||
      `${point.name} failed`,
    detail: dedent(point.yaml),
    place: findFrame(yaml, resolve) ?? readAt(yaml) ?? location ?? placeInComments(comments) ?? note?.place,
    test,
    logLine: point.logLine,
    extra: { code: yaml.get('code'), failure_type: yaml.get('failureType') },
  };
}

/** `/w/a.test.js:6:3` */
function readLocation(stated: string | undefined): StatedPlace | undefined {
  const groups = FRAME.exec((stated ?? '').slice(0, 1000))?.groups;
  return groups?.path === undefined ? undefined : toPlace(groups.path, groups.line, groups.col);
}

/** The first frame of the trace inside the project. */
function findFrame(yaml: Map<string, string>, resolve: PathResolver): StatedPlace | undefined {
  const trace = [yaml.get('at') ?? '', ...(yaml.get('stack') ?? '').split('\n', TRACE_LINES_MAX)];
  for (const line of trace) {
    const groups = FRAME.exec(line.trim().slice(0, 1000))?.groups;
    if (groups?.path === undefined) continue;
    const { path, known } = resolve(groups.path);
    if (known && path?.includes('node_modules/') === false)
      return toPlace(groups.path, groups.line, groups.col);
  }
  return undefined;
}

function readAt(yaml: Map<string, string>): StatedPlace | undefined {
  const path = yaml.get('at.file') ?? yaml.get('at.fileName') ?? yaml.get('file');
  const line = yaml.get('at.line') ?? yaml.get('at.lineNumber') ?? yaml.get('line');
  return path === undefined
    ? undefined
    : toPlace(path, line, yaml.get('at.column') ?? yaml.get('at.columnNumber'));
}

const BATS_PLACE =
  /^\s*\(?(?:from function \S{1,200} )?in (?:test )?file (?<path>[^,]{1,400}), line (?<line>\d{1,7})[,)]/;

/** bats writes places before the message. */
function withoutPlaces(comments: readonly string[]): string {
  return comments
    .filter((comment) => !BATS_PLACE.test(comment))
    .map((comment) => comment.trim())
    .join('\n')
    .trim();
}

/** bats: `(in test file sum.bats, line 6)`; before it come functions, as `(from function `f' in file lib.bash, line 3,`. */
function placeInComments(comments: readonly string[]): StatedPlace | undefined {
  for (const comment of comments.slice(0, TRACE_LINES_MAX)) {
    const groups = BATS_PLACE.exec(comment)?.groups;
    if (groups?.path !== undefined) return toPlace(groups.path, groups.line, undefined);
  }
  return undefined;
}

function toPlace(path: string, line: string | undefined, col: string | undefined): StatedPlace {
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return { path, region: { line: number(line), col: number(col) } };
}

// One TAP stream, line by line: which points failed, and whether all that were planned have come.
import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import type { LogLine, ToolRunDraft } from '../../../core/tool.ts';
import { type FailedPoint, toDraft } from './failed-point.ts';
import { createPerlNotes } from './perl-notes.ts';
import { depthOf, readTapLine, spacesBefore, type TapLine, type TapPoint } from './tap-line.ts';

const FAILED_MAX = 20_000;
const DEPTH_MAX = 64;
const YAML_LINES_MAX = 400;
const COMMENTS_MAX = 40;
/** node, tape and tap count at the end: `# tests 7`. */
const TOTAL = /^ (?<word>tests|fail|cancelled|duration_ms) {1,3}(?<count>\d{1,9})(?:\.\d{1,9})?$/;

type Failed = FailedPoint & { label: string };

export type TapRun = {
  /** Is it part of the stream? */
  line: (line: LogLine) => boolean;
  /** Everything that was planned has come: what follows may be something else. */
  isFulfilled: () => boolean;
  hasPoints: () => boolean;
  hasPlan: () => boolean;
  /** All that was planned has come, and the totals where the producer writes them. */
  isWhole: () => boolean;
  /**
   * The drafts in order, and what the stream amounts to. Of a file that is cut off, a failure whose explanation may go on
   * is left out.
   */
  close: (
    resolve: FindingCollector['resolve'],
    isCut?: boolean,
  ) => { drafts: FindingDraft[]; run: ToolRunDraft };
};

export function createTapRun(): TapRun {
  const names: string[] = [];
  const failedAt: number[] = [];
  const pointsAt: number[] = [];
  const failed: Failed[] = [];
  const blocks: (Failed | undefined)[] = [];
  const perl = createPerlNotes();
  const totals: Record<string, number> = {};
  let planned: number | undefined;
  let points = 0;
  let leaves = 0;
  let failures = 0;
  let omitted = 0;
  let bailOut: { reason: string; logLine: number } | undefined;
  let isNodes = false;
  let last: { point: TapPoint; depth: number; failed: Failed | undefined } | undefined;
  let yaml: { indent: number; lines: string[] } | undefined;

  const keepPoint = (point: TapPoint, depth: number, number: number) => {
    if (depth === 0) points += 1;
    const isParent = (pointsAt[depth + 1] ?? 0) > 0;
    const failedInside = failedAt[depth + 1] ?? 0;
    forgetBelow(depth);
    pointsAt[depth] = (pointsAt[depth] ?? 0) + 1;
    if (!isParent) leaves += 1;
    const isFailed = !point.isOk && point.directive === undefined;
    last = { point, depth, failed: undefined };
    if (!isFailed) {
      if (point.opensBlock) openBlock(depth);
      return;
    }
    failedAt[depth] = (failedAt[depth] ?? 0) + 1;
    // A test that failed because of a test inside it has nothing of its own to say.
    if (failedInside > 0) return;
    forget(blocks[depth - 1]);
    failures += 1;
    const around = names.slice(0, depth).filter((name) => name !== undefined && name !== '');
    const label = point.name === '' ? `test ${points}` : point.name;
    last.failed = {
      name: [...around, label].join(' > '),
      label: point.name,
      yaml: [],
      comments: [],
      logLine: number,
    };
    if (failed.length < FAILED_MAX) failed.push(last.failed);
    else omitted += 1;
    if (point.opensBlock) openBlock(depth);
  };

  const forgetBelow = (depth: number) => {
    failedAt.length = Math.min(failedAt.length, depth + 1);
    pointsAt.length = Math.min(pointsAt.length, depth + 1);
  };

  const keepComment = (text: string) => {
    const total = TOTAL.exec(text)?.groups;
    if (total?.word !== undefined) totals[total.word] = Number(total.count);
    perl.comment(text);
    // Only bats explains a test in comments; who writes YAML explains nothing there.
    const explained = total === undefined ? last?.failed : undefined;
    if (explained?.yaml.length === 0 && explained.comments.length < COMMENTS_MAX)
      explained.comments.push(text);
  };

  /** Braces hold the subtests of the point before them. It failed because of them, or else by itself. */
  const openBlock = (depth: number) => {
    if (last?.depth !== depth) return;
    leaves -= 1;
    names[depth] = last.point.name;
    blocks[depth] = last.failed;
  };

  const forget = (owner: Failed | undefined) => {
    const at = owner === undefined ? -1 : failed.lastIndexOf(owner);
    if (at < 0) return;
    failures -= 1;
    failed.splice(at, 1);
  };

  const readYaml = (block: NonNullable<typeof yaml>, line: LogLine) => {
    if (line.head.trim() === '...') {
      yaml = undefined;
      return true;
    }
    if (line.head.trim() !== '' && spacesBefore(line.head) < block.indent) {
      yaml = undefined;
      return undefined;
    }
    if (block.lines.length < YAML_LINES_MAX) block.lines.push(line.text);
    if (/^\s*(?:type: '(?:test|suite)'|location: ')/.test(line.head)) isNodes = true;
    return true;
  };

  const apply = (tap: TapLine, depth: number, line: LogLine) => {
    switch (tap.kind) {
      case 'point':
        keepPoint(tap.point, depth, line.number);
        break;
      case 'plan':
        if (depth === 0) planned = tap.count;
        last = undefined;
        break;
      case 'subtest':
        names[depth] = tap.name;
        names.length = depth + 1;
        forgetBelow(depth);
        break;
      case 'comment':
        keepComment(tap.text);
        break;
      case 'yaml':
        yaml = { indent: spacesBefore(line.head), lines: last?.failed?.yaml ?? [] };
        break;
      case 'block':
        openBlock(depth);
        break;
      case 'block end':
        blocks[depth] = undefined;
        last = undefined;
        break;
      case 'bail out':
        bailOut ??= { reason: tap.reason, logLine: line.number };
        break;
    }
  };

  return {
    line: (line) => {
      const inYaml = yaml === undefined ? undefined : readYaml(yaml, line);
      if (inYaml !== undefined) return true;
      const tap = readTapLine(line.head);
      if (tap === undefined) return false;
      apply(tap, Math.min(depthOf(line.head), DEPTH_MAX), line);
      return true;
    },
    isFulfilled: () => bailOut !== undefined || (planned !== undefined && points >= planned),
    hasPoints: () => points > 0 || failed.length > 0,
    hasPlan: () => planned !== undefined,
    isWhole: () => judge().completeness === 'complete' && points >= (planned ?? 0),
    close: (resolve, isCut = false) => {
      if (isCut) forget(last?.failed);
      const drafts = failed.map((point) => toDraft(point, perl.take(point.label), resolve));
      if (bailOut !== undefined) drafts.push(bailOutDraft(bailOut));
      return { drafts, run: judge() };
    },
  };

  function judge(): ToolRunDraft {
    const { tests, fail, cancelled = 0 } = totals;
    const claimed: Record<string, number> = {};
    const parsed = { points, tests: leaves, failures: failures + omitted };
    if (planned !== undefined) claimed.points = planned;
    if (tests !== undefined) claimed.tests = tests;
    if (fail !== undefined) claimed.failures = fail + cancelled;
    if (bailOut !== undefined)
      return { completeness: 'failed', claimed, parsed, note: `Bail out! ${bailOut.reason}`.trim() };
    if (planned === undefined) return { completeness: 'partial', parsed, note: 'the stream has no plan' };
    // Node's totals end its stream.
    if (isNodes && totals.duration_ms === undefined) {
      return { completeness: 'partial', claimed, parsed, note: 'the stream ends before its totals' };
    }
    const note = planned === 0 ? 'no test ran' : undefined;
    return { completeness: 'complete', claimed, parsed, note };
  }
}

function bailOutDraft({ reason, logLine }: { reason: string; logLine: number }): FindingDraft {
  return {
    kind: 'test_error',
    severity: 'high',
    level: 'error',
    text: `Bail out! ${reason}`.trim(),
    logLine,
  };
}

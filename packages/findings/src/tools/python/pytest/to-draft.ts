// A failed test as a finding, from its block, its line in the short summary, or both.
import type { FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import type { PathResolver } from '../../../core/repository-path.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import { exceptionType } from '../exception-line.ts';
import { placeOfFrames } from '../frames.ts';
import { type FailureBlock, messageOf } from './failure-block.ts';
import { moduleOf, type NodeId, readNodeId, splitTitle } from './node-id.ts';
import type { SummaryEntry } from './short-summary.ts';

/** Undefined when nothing tells the place of the test. */
export function blockToDraft(
  block: FailureBlock,
  entry: SummaryEntry | undefined,
  resolve: PathResolver,
): FindingDraft | undefined {
  const own = placeOfFrames(block.frames, resolve);
  const id = entry?.id ?? block.id ?? guessId(block, own?.related[0] ?? own?.place);
  const place = own?.place ?? (id && { path: id.path });
  if (id === undefined || place === undefined) return undefined;
  return {
    ...draftOf(block.isError, id, messageOf(block)),
    detail: block.lines.join('\n').trim(),
    place,
    related: own?.related ?? [],
    logLine: block.logLine,
  };
}

/** `--tb=no` and `--tb=line` print no blocks. */
export function entryToDraft(entry: SummaryEntry, place: StatedPlace | undefined): FindingDraft {
  const { isError, id, message, logLine } = entry;
  const text = message === '' ? `${id.name} failed` : message;
  return { ...draftOf(isError, id, text), place: place ?? { path: id.path }, logLine };
}

function draftOf(isError: boolean, id: NodeId, text: string): FindingDraft {
  const outcome = isError ? 'errored' : 'failed';
  const type = exceptionType(text.split(':', 1)[0] ?? '');
  return {
    kind: isError ? 'test_error' : 'test_failure',
    severity: TEST_SEVERITY[outcome],
    level: 'error',
    text,
    test: { suite: id.suite, name: id.name, outcome },
    extra: type === undefined ? undefined : { type },
  };
}

/** Without a short summary, the file of the outermost frame is nearly always that of the test. */
function guessId(block: FailureBlock, outermost: StatedPlace | undefined): NodeId | undefined {
  if (block.isCollection) return readNodeId(block.title);
  const path = outermost?.path;
  if (path === undefined) return undefined;
  const { classes, name } = block.isDoctest ? { classes: [], name: block.title } : splitTitle(block.title);
  return { path, title: block.title, suite: [moduleOf(path), ...classes].join('.'), name };
}

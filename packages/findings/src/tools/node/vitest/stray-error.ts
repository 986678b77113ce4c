import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { PathResolver } from '../../../core/repository-path.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import { findProjectFrame } from '../frames.ts';

/** An error that no test caught. It fails the whole of vitest and belongs to no test for sure. */
export function toStrayDraft(lines: readonly string[], logLine: number, resolve: PathResolver): FindingDraft {
  return {
    kind: 'crash',
    severity: TEST_SEVERITY.errored,
    level: 'error',
    text: lines.join('\n'),
    place: findProjectFrame(lines, resolve),
    logLine,
  };
}

// One error of valgrind, from text or XML, and the finding it makes.
import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import { placeOfStacks, type Stack } from '../stack-place.ts';

export type ValgrindProblem = {
  /** valgrind's own word in XML, e.g. `InvalidRead`. */
  kind?: string | undefined;
  text: string;
  stacks: Stack[];
  detail?: string;
  logLine?: number;
};

export const FATAL_SIGNAL = 'FatalSignal';

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^Invalid read /, 'InvalidRead'],
  [/^Invalid write /, 'InvalidWrite'],
  [/^Invalid free/, 'InvalidFree'],
  [/^Mismatched free/, 'MismatchedFree'],
  [/^Conditional jump or move depends/, 'UninitCondition'],
  [/^Use of uninitialised value/, 'UninitValue'],
  [/^Syscall param /, 'SyscallParam'],
  [/^Source and destination overlap/, 'Overlap'],
  [/^Jump to the invalid address/, 'InvalidJump'],
  [/^Argument .{1,60} of function .{1,200} has a fishy/, 'FishyValue'],
  [/^Possible data race/, 'Race'],
  [/ definitely lost in loss record/, 'Leak_DefinitelyLost'],
  [/ indirectly lost in loss record/, 'Leak_IndirectlyLost'],
  [/ possibly lost in loss record/, 'Leak_PossiblyLost'],
  [/ still reachable in loss record/, 'Leak_StillReachable'],
  [/^Process terminating with /, FATAL_SIGNAL],
];

/** The words of the text → the kind that XML states. */
export function kindOf(heading: string): string | undefined {
  return KINDS.find(([pattern]) => pattern.test(heading))?.[1];
}

export function problemToDraft(problem: ValgrindProblem, { resolve }: FindingCollector): FindingDraft {
  const { kind, text, stacks, detail, logLine } = problem;
  const draft: FindingDraft = {
    kind: 'crash',
    level: 'error',
    severity: severityOf(kind),
    text,
    detail,
    ...placeOfStacks(stacks, resolve),
    rule: { id: kind },
  };
  if (logLine !== undefined) draft.logLine = logLine;
  return draft;
}

/** Memory that is only not given back harms less than memory that is misused. */
function severityOf(kind: string | undefined): FindingDraft['severity'] {
  if (kind === undefined || !kind.startsWith('Leak_')) return 'high';
  return kind === 'Leak_DefinitelyLost' || kind === 'Leak_IndirectlyLost' ? 'medium' : 'low';
}

import type { GateResult } from '@crafting-table/findings/track/gates';
import type { Reason, TerminalStatus } from '@crafting-table/contracts/words';
import { findMissingTool } from '@crafting-table/runner/process/missing-tool';

export type Verdict = {
  status: TerminalStatus;
  reason: Reason;
  exit_code: number | null;
  /** For people, and the farm's own line at the end of the log when something other than the recipe ended it. */
  detail: string | null;
};

/** A recipe that ended well, held up by what was found. */
export function judgeGates(verdict: Verdict, failed: readonly GateResult[]): Verdict {
  const fatal = failed.filter(({ outcome }) => outcome === 'fail');
  if (verdict.status !== 'passed' || fatal.length === 0) return verdict;
  const detail = fatal.map(({ gate, found }) => `${gate}: there are ${found}`).join('; ');
  return { ...verdict, status: 'failed', reason: 'gate', detail };
}

export type Ending = {
  reason: Reason;
  exitCode: number;
  logTail: string;
  limits: { timeoutSecs: number; noOutputSecs: number; logFloodBytes: number };
};

/** What the end of a recipe means for its job. Only the recipe's own exit can pass it. */
export function judgeEnd({ reason, exitCode, logTail, limits }: Ending): Verdict {
  if (reason === 'exit') return judgeExit(exitCode, logTail);
  const status = reason === 'cancelled' || reason === 'superseded' ? 'cancelled' : 'failed';
  return { status, reason, exit_code: exitCode, detail: explain(reason, limits) };
}

function judgeExit(exitCode: number, logTail: string): Verdict {
  if (exitCode === 0) return { status: 'passed', reason: 'exit', exit_code: 0, detail: null };
  const tool = findMissingTool(exitCode, logTail);
  if (tool !== null) {
    return {
      status: 'failed',
      reason: 'tool_missing',
      exit_code: exitCode,
      detail: `${tool} was not found on the worker`,
    };
  }
  return { status: 'failed', reason: 'exit', exit_code: exitCode, detail: null };
}

function explain(reason: Reason, limits: Ending['limits']): string | null {
  switch (reason) {
    case 'timeout':
      return `ran longer than its limit of ${limits.timeoutSecs} s`;
    case 'no_output':
      return `printed nothing for ${limits.noOutputSecs} s`;
    case 'log_flood':
      return `printed more than ${limits.logFloodBytes} bytes`;
    case 'oom':
      return 'the kernel ended it because memory ran out';
    case 'disk_full':
      return "the worker's disk is full";
    case 'setup_failed':
      return 'the recipe could not be started, or what started it was killed';
    default:
      return null;
  }
}

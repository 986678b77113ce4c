// The closed lists every part of the farm agrees on. A word that is not here does not exist on the wire.
import { z } from 'zod';

/** What a subproject can declare a command for. */
export const RECIPES = ['build', 'test', 'lint', 'audit'] as const;
export const Recipe = z.enum(RECIPES);
export type Recipe = z.infer<typeof Recipe>;

/** The life of a job: queued → running → one of the three terminal words. */
export const JOB_STATUSES = ['queued', 'running', 'passed', 'failed', 'cancelled'] as const;
export const JobStatus = z.enum(JOB_STATUSES);
export type JobStatus = z.infer<typeof JobStatus>;

export const TERMINAL_STATUSES = ['passed', 'failed', 'cancelled'] as const satisfies JobStatus[];
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];

export function isTerminal(status: JobStatus): status is TerminalStatus {
  return status !== 'queued' && status !== 'running';
}

/**
 * Why a job ended. `exit` is the recipe's own verdict, with its exit code beside it; every other word says that
 * something else ended the job, and the first reason wins.
 */
export const REASONS = [
  'exit',
  'timeout',
  'no_output',
  'cancelled',
  'superseded',
  'worker_lost',
  'setup_failed',
  'tool_missing',
  'disk_full',
  'oom',
  'log_flood',
  'refused',
  'gate',
] as const;
export const Reason = z.enum(REASONS);
export type Reason = z.infer<typeof Reason>;

/** Reasons after which a recipe may ask for another attempt: all of them the farm's fault, none the recipe's verdict. */
export const RETRYABLE_REASONS = [
  'worker_lost',
  'setup_failed',
  'disk_full',
  'oom',
  'timeout',
  'no_output',
] as const satisfies Reason[];
export const RetryableReason = z.enum(RETRYABLE_REASONS);
export type RetryableReason = z.infer<typeof RetryableReason>;

/** Which means keeps a recipe's processes together, strongest first. */
export const CONTAINMENTS = ['pid_namespace', 'subreaper', 'marker'] as const;
export const Containment = z.enum(CONTAINMENTS);
export type Containment = z.infer<typeof Containment>;

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info', 'unknown'] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

/** The last line of the log of an attempt whose worker died. */
export const ORPHANED_LINE = '[crafting-table] runner restart, job orphaned';

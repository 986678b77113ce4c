// What anybody can do to a job, as small steps that can be drawn at random, and what each must answer when it acts alone.
import { sql } from 'kysely';
import { LOG_HEAD_BYTES, type LogChunk } from '@crafting-table/contracts/log';
import { ATTEMPTS_MAX } from '@crafting-table/contracts/project';
import type { Reason, TerminalStatus } from '@crafting-table/contracts/words';
import { isTerminal } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import { cancelJob } from '../jobs/cancel-job.ts';
import { claimJob, markPreparing, markStarted, returnAttempt } from '../jobs/claim-job.ts';
import { finishAttempt, keepSupersededResult, type FinishGuard } from '../jobs/finish-attempt.ts';
import { insertJobs } from '../jobs/insert-jobs.ts';
import type { LeaseConnection } from '../jobs/renew-leases.ts';
import { retryJob } from '../jobs/retry-job.ts';
import { findExpiredLeases, findOverdue, returnUnstartedClaims } from '../jobs/sweep-queries.ts';
import { checkInvariants } from '../invariants/check-invariants.ts';
import { appendLogChunks, type Trim } from '../log-chunks.ts';
import { deleteRemovedProjects, removeProject, type ProjectRow } from '../projects.ts';
import { jobFinding, newJob, nextId, passed, WORKER } from './farm-rows.ts';
import type { FarmState, JobState } from './farm-state.ts';
import { chunkOf } from './log-chunk.ts';

/** How often each verb is drawn: most of a farm's life is claims and ends, and removals would soon leave nothing. */
export const VERB_WEIGHTS = {
  submit: 12,
  claim: 20,
  prepare: 5,
  start: 8,
  renew: 4,
  renewMany: 2,
  append: 8,
  finish: 14,
  giveBack: 4,
  reportLate: 3,
  cancel: 5,
  retry: 10,
  remove: 1,
  deleteRemoved: 2,
  loseWorker: 3,
  passDeadline: 2,
  ignoreCancel: 2,
  dawdle: 4,
  endLost: 3,
  endOverdue: 3,
  returnUnstarted: 3,
  checkInvariants: 1,
};
export type Verb = keyof typeof VERB_WEIGHTS;

/** The numbers choose among what there is, so that a step keeps a meaning when the steps before it are left out. */
export type Step = {
  verb: Verb;
  /** A holder acts on an attempt that runs. A ghost acts on any, most of which are over, never began or are deleted. */
  actor: 'holder' | 'ghost';
  job: number;
  /** How far before its newest attempt a ghost acts; -1 is one that nobody claimed yet. */
  back: number;
  project: number;
  ending: keyof typeof ENDINGS;
  findings: number;
};

export type FarmUnderTest = {
  db: Database;
  leases: LeaseConnection;
  projects: ProjectRow[];
  /** Of every job there ever was, also of those that are deleted. */
  jobIds: string[];
};

type Target = { jobId: string; attempt: number };
type Aimed = { farm: FarmUnderTest; step: Step; before: FarmState; at: Target; job: JobState | undefined };
/** `foretell` is left out where the state does not say what the answer must be. */
type Action = { act(aimed: Aimed): Promise<unknown>; foretell?(aimed: Aimed): unknown };

export const ENDINGS = {
  passed: ['passed', 'exit'],
  failed: ['failed', 'exit'],
  timeout: ['failed', 'timeout'],
  disk_full: ['failed', 'disk_full'],
  cancelled: ['cancelled', 'cancelled'],
  lost: ['failed', 'worker_lost'],
} as const satisfies Record<string, [TerminalStatus, Reason]>;

/** The bytes of its head are not really there: nothing in the database reads them. */
const LOG = [{ ...chunkOf('head\n'), byte_length: LOG_HEAD_BYTES }];
for (const text of ['one\n', 'two\n', 'three\n']) LOG.push(chunkOf(text, LOG.at(-1)));

/** Shorter than any backdating, longer than no time at all. */
const GRACE_SECS = 50;
const LONG_AGO_SECS = 1000;
const LEASE_SECS = 600;
const FINDING = { kind: 'lint', tool: 'cc', severity: 'low', level: 'warning', message: 'unused' } as const;

const ACTIONS: Record<Verb, Action> = {
  submit: { act: submit, foretell: ({ farm, step, before }) => !isRemoved(farm, step, before) },
  claim: { act: claimAny, foretell: ({ before, job }) => job !== undefined && nextOf(before, job) },
  prepare: { act: ({ farm, at }) => markPreparing(farm.db, at), foretell: isHeld },
  start: {
    act: ({ farm, at }) => markStarted(farm.db, { ...at, sha: 'a'.repeat(40), timeoutSecs: LEASE_SECS }),
    foretell: (aimed) => (isHeld(aimed) ? (aimed.job?.cancelled ? 'cancel_requested' : 'started') : 'over'),
  },
  renew: {
    act: ({ farm, at }) => renewAll(farm, [at]),
    foretell: (aimed) => (isHeld(aimed) ? 1 : 0),
  },
  renewMany: { act: ({ farm, before }) => renewAll(farm, runningOf(before).map(newestOf)) },
  append: { act: append, foretell: (aimed) => (isHeld(aimed) ? 'accepted' : 'over') },
  finish: {
    act: ({ farm, step, at }) => finish(farm.db, step, at, 'held'),
    foretell: (aimed) => foretellFinish(aimed),
  },
  giveBack: {
    act: ({ farm, at }) => returnAttempt(farm.db, { ...at, detail: 'draining' }),
    foretell: (aimed) => isHeld(aimed) && !aimed.job?.cancelled,
  },
  reportLate: {
    act: ({ farm, step, at }) =>
      keepSupersededResult(farm.db, { ...at, reason: ENDINGS[step.ending][1], exit_code: 9 }),
  },
  cancel: { act: ({ farm, at }) => cancelJob(farm.db, at.jobId, 'not needed'), foretell: foretellCancel },
  retry: {
    act: ({ farm, at }) => retryJob(farm.db, at.jobId),
    foretell: ({ job }) => job !== undefined && isTerminal(job.status) && !job.removed,
  },
  remove: { act: ({ farm, step }) => removeProject(farm.db, projectOf(farm, step).id) },
  deleteRemoved: { act: ({ farm }) => deleteRemovedProjects(farm.db) },
  loseWorker: { act: ({ farm, at }) => backdateRunning(farm.db, at, 'lease_until') },
  passDeadline: { act: ({ farm, at }) => backdateRunning(farm.db, at, 'deadline_at') },
  ignoreCancel: { act: ({ farm, at }) => backdateRunning(farm.db, at, 'cancel_requested_at') },
  dawdle: { act: ({ farm, at }) => backdateRunning(farm.db, at, 'claimed_at') },
  endLost: { act: endLost, foretell: ({ before }) => before.jobs.filter((job) => job.lost).length },
  endOverdue: {
    act: endOverdue,
    foretell: ({ before }) => runningOf(before).filter((job) => job.overdue).length,
  },
  returnUnstarted: {
    act: ({ farm }) => returnUnstartedClaims(farm.db, GRACE_SECS),
    foretell: ({ before }) => runningOf(before).filter((job) => job.unstarted).length,
  },
  checkInvariants: { act: async ({ farm }) => (await checkInvariants(farm.db)).length, foretell: () => 0 },
};

/** Takes a step in a farm that is in this state, or was a moment ago. Returns the answer and what it would be alone. */
export async function takeStep(
  farm: FarmUnderTest,
  step: Step,
  before: FarmState,
): Promise<{ answer: unknown; foretold: unknown; jobId: string }> {
  const action = ACTIONS[step.verb];
  const at = aim(farm, step, before);
  const aimed = { farm, step, before, at, job: before.jobs.find((job) => job.id === at.jobId) };
  const answer = await action.act(aimed);
  return { answer, foretold: action.foretell ? action.foretell(aimed) : answer, jobId: at.jobId };
}

function aim(farm: FarmUnderTest, step: Step, before: FarmState): Target {
  const running = runningOf(before);
  if (step.actor === 'holder' && running.length > 0) return newestOf(running[step.job % running.length]!);
  const jobId = farm.jobIds[step.job % farm.jobIds.length] ?? nextId();
  const newest = before.jobs.find((job) => job.id === jobId)?.attempt ?? 1;
  return { jobId, attempt: Math.max(1, newest - step.back) };
}

function isHeld({ at, job }: Aimed): boolean {
  return job?.status === 'running' && job.attempt === at.attempt;
}

function runningOf(state: FarmState): JobState[] {
  return state.jobs.filter((job) => job.status === 'running');
}

function newestOf(job: JobState): Target {
  return { jobId: job.id, attempt: job.attempt };
}

function projectOf(farm: FarmUnderTest, step: Step): ProjectRow {
  return farm.projects[step.project % farm.projects.length]!; // A farm under test has at least one.
}

function nextOf(before: FarmState, named: JobState): boolean {
  return before.jobs.some(
    (job) => job.project_id === named.project_id && job.status === 'queued' && !job.removed,
  );
}

function foretellFinish(aimed: Aimed): string {
  if (!isHeld(aimed) || !aimed.job) return 'over';
  const { attempts, cancelled, retry_on } = aimed.job;
  const made = attempts.filter(({ status }) => status !== 'returned').length;
  const isWanted = retry_on.includes(ENDINGS[aimed.step.ending][1]);
  return isWanted && made < ATTEMPTS_MAX && !cancelled ? 'requeued' : 'accepted';
}

function foretellCancel({ job }: Aimed): string {
  if (job?.status === 'queued') return 'cancelled';
  return job?.status === 'running' ? 'requested' : 'finished';
}

function isRemoved(farm: FarmUnderTest, step: Step, before: FarmState): boolean {
  return !before.projectIds.includes(projectOf(farm, step).id);
}

async function submit({ farm, step }: Aimed): Promise<boolean> {
  const project = projectOf(farm, step);
  const snapshot = newJob(project).recipe_snapshot;
  const retry_on: (typeof snapshot)['retry_on'] = step.findings === 1 ? ['timeout', 'worker_lost'] : [];
  const job = newJob(project, { recipe_snapshot: { ...snapshot, retry_on }, priority: step.findings });
  farm.jobIds.push(job.id);
  return (await insertJobs(farm.db, [job])) !== null;
}

async function claimAny({ farm, at }: Aimed): Promise<boolean> {
  const options = { jobId: at.jobId, worker: WORKER, leaseSecs: LEASE_SECS, setupSecs: LEASE_SECS };
  return (await claimJob(farm.db, options)) !== null;
}

async function renewAll(farm: FarmUnderTest, held: Target[]): Promise<number> {
  const worker = { id: WORKER.id, busy: held.length, blocked: null, draining: false, rssBytes: 1 };
  return (await farm.leases.renew(worker, held, LEASE_SECS)).renewed.length;
}

function append({ farm, step, at }: Aimed): Promise<string> {
  const { chunks, trim } = logOf(step);
  return appendLogChunks(farm.db, at, chunks, trim);
}

function finish(db: Database, step: Step, at: Target, guard: FinishGuard): Promise<string> {
  const [status, reason] = ENDINGS[step.ending];
  const source = { artifact: 'log', format: 'gcc' };
  const findings = Array.from({ length: step.findings }, () =>
    jobFinding({ ...FINDING, occurrences: 1, source }),
  );
  const toolRuns = findings.map(({ tool, source }) => ({ tool, source, completeness: 'complete' as const }));
  const result = { status, reason, findings, findingsCount: findings.length, toolRuns };
  return finishAttempt(db, passed(at.jobId, { ...result, attempt: at.attempt, ...logOf(step) }), guard);
}

/** Up to three pieces behind the head of a long log; the first of them may have left the tail window. */
function logOf(step: Step): { chunks: LogChunk[]; trim: Trim | null } {
  const [head, left, ...kept] = LOG as [LogChunk, LogChunk, ...LogChunk[]]; // It was made of so many.
  if (step.findings < 2) return { chunks: [head, left, ...kept.slice(0, 1 + step.findings)], trim: null };
  const toByte = left.byte_offset + left.byte_length;
  return { chunks: [head, ...kept], trim: { fromByte: left.byte_offset, toByte } };
}

async function endLost({ farm, step }: Aimed): Promise<number> {
  const suspects = await findExpiredLeases(farm.db, GRACE_SECS);
  const as = { ...step, findings: 0, ending: 'lost' as const };
  for (const each of suspects) await finish(farm.db, as, each, { leaseExpiredForSecs: GRACE_SECS });
  return suspects.length;
}

async function endOverdue({ farm, step }: Aimed): Promise<number> {
  const suspects = await findOverdue(farm.db, GRACE_SECS);
  for (const each of suspects) {
    const ending = each.reason === 'cancelled' ? 'cancelled' : 'timeout';
    await finish(farm.db, { ...step, findings: 0, ending }, each, { overdueForSecs: GRACE_SECS });
  }
  return suspects.length;
}

/** Time passes only for what runs: a lease in a queued job would be this test's own fault. */
async function backdateRunning(db: Database, { jobId }: Target, column: string): Promise<void> {
  await sql`
    update jobs set ${sql.ref(column)} = now() - make_interval(secs => ${LONG_AGO_SECS})
    where id = ${jobId} and status = 'running' and ${sql.ref(column)} is not null`.execute(db);
}

// A database with a few rows to ask about, for the tests of this package and of those above it.
import type { Finding } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import { createTestDatabase } from '@crafting-table/dev-services/test-database';
import { sql } from 'kysely';
import { connectDatabase, type Database } from '../connect.ts';
import { claimJob, markStarted, type ClaimedJob } from '../jobs/claim-job.ts';
import type { AttemptResult } from '../jobs/finish-attempt.ts';
import { insertJobs, type NewJob } from '../jobs/insert-jobs.ts';
import { insertProject, type ProjectRow, type ProjectValues } from '../projects.ts';

export type FarmDatabase = AsyncDisposable & { db: Database; url: string };

/** An empty, migrated database with a pool on it. Disposal throws when a connection was left open. */
export async function openFarmDatabase(poolSize = 8): Promise<FarmDatabase> {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await createTestDatabase());
  // Tests that start a farm's worth of connections at once on two cores wait longer than a farm would.
  const db = stack.use(connectDatabase({ url, poolSize, name: 'test', connectTimeoutMs: 20_000 }));
  const held = stack.move();
  return { db, url, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

let last = 0;
/** Ids that sort in the order they were made, like the real ones. */
export function nextId(): string {
  return `00000000-0000-7000-8000-${(++last).toString(16).padStart(12, '0')}`;
}

export const WORKER = { id: nextId(), name: 'attic-1', containment: 'marker' } as const;

export async function addProject(db: Database, values: Partial<ProjectValues> = {}): Promise<ProjectRow> {
  const id = nextId();
  const row = await insertProject(db, {
    id,
    name: `project-${id.slice(-6)}`,
    owner: 'alice',
    git_url: 'https://forge.example/attic.git',
    git_credentials: null,
    default_branch: 'main',
    languages: [],
    subprojects: [{ path: '.', language: 'c', test: 'make test' }],
    schedule: null,
    notify: null,
    ...values,
  });
  if (!row) throw new Error('the name of the project is taken');
  return row;
}

export function newJob(project: ProjectRow, values: Partial<NewJob> = {}): NewJob {
  return {
    id: nextId(),
    project_id: project.id,
    owner: project.owner,
    recipe: 'test',
    subproject: '.',
    ref: 'main',
    sha: null,
    recipe_snapshot: { command: 'make test', language: 'c', timeout_secs: 60, retry_on: [], env: {} },
    priority: 50,
    ...values,
  };
}

/** Queues one job and returns its id. */
export async function addJob(
  db: Database,
  project: ProjectRow,
  values: Partial<NewJob> = {},
): Promise<string> {
  const job = newJob(project, values);
  await insertJobs(db, [job]);
  return job.id;
}

/** A job whose first attempt is under way in a worker. */
export async function addRunningJob(
  db: Database,
  project: ProjectRow,
  values: Partial<NewJob> = {},
): Promise<string> {
  const jobId = await addJob(db, project, values);
  await claim(db, jobId);
  await markStarted(db, { jobId, attempt: 1, sha: 'a'.repeat(40), timeoutSecs: 60 });
  return jobId;
}

export function claim(db: Database, jobId: string): Promise<ClaimedJob | null> {
  return claimJob(db, { jobId, worker: WORKER, leaseSecs: 30, setupSecs: 60 });
}

/** What a worker reports of an attempt that passed, with an empty log. */
export function passed(jobId: string, values: Partial<AttemptResult> = {}): AttemptResult {
  return {
    jobId,
    attempt: 1,
    status: 'passed',
    reason: 'exit',
    exit_code: 0,
    detail: null,
    log: null,
    chunks: [],
    trim: null,
    findings: [],
    findingsCount: 0,
    toolRuns: [],
    judgement: null,
    ...values,
  };
}

/** A finding as a worker stores it, without any context. */
export function jobFinding(finding: Finding): JobFinding {
  return {
    ...finding,
    fingerprint: `of ${finding.message}`,
    fingerprints: [],
    origin: 'source',
    state: 'new',
    cause: 'unknown',
    actionable: { yes: true, reasons: [] },
  };
}

/** Moves a moment of a job into the past, which is how a test waits. */
export async function backdate(
  db: Database,
  jobId: string,
  column: 'lease_until' | 'deadline_at' | 'claimed_at' | 'cancel_requested_at' | 'dispatched_at',
  secs: number,
): Promise<void> {
  await sql`
    update jobs set ${sql.ref(column)} = now() - make_interval(secs => ${secs}) where id = ${jobId}`.execute(
    db,
  );
}

/** As after sweeps without a break for longer than the amnesty lasts. */
export async function endAmnesty(db: Database): Promise<void> {
  await sql`update sweep set swept_at = now(), amnesty_until = now()`.execute(db);
}

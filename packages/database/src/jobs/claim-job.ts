import { sql } from 'kysely';
import type { RecipeSnapshot } from '@crafting-table/contracts/job';
import type { Containment, Recipe } from '@crafting-table/contracts/words';
import type { Database } from '../connect.ts';
import type { GitCredentials } from '../schema.ts';

/** Everything an attempt needs to know, and the server's clock to compare it with. */
export type ClaimedJob = {
  id: string;
  attempt: number;
  project_id: string;
  project: string;
  git_url: string;
  git_credentials: GitCredentials | null;
  default_branch: string;
  recipe: Recipe;
  subproject: string;
  ref: string | null;
  sha: string | null;
  recipe_snapshot: RecipeSnapshot;
  traceparent: string | null;
  queued_at: Date;
  claimed_at: Date;
};

export type ClaimOptions = {
  /** As the delivery names it. */
  jobId: string;
  worker: { id: string; name: string; containment: Containment };
  leaseSecs: number;
  /** Setting up must be over by then, or the sweep ends the attempt. */
  setupSecs: number;
};

/**
 * Takes a job for one attempt. A delivery is a turn of its project: it claims whatever the project has next, which is
 * nearly always the job it names, so that priorities hold however late an urgent job comes. Null when the project
 * has nothing queued: then this delivery was one too many.
 */
export async function claimJob(db: Database, options: ClaimOptions): Promise<ClaimedJob | null> {
  const { jobId, worker, leaseSecs, setupSecs } = options;
  // Not `skip locked`: it is not only claims that lock queued rows. The sweep does so to note deliveries, of all of them when
  // the queue lost its memory, and then a claim would take a less urgent job, or none and lose its delivery.
  // The clock is that of the moment at which the row was won, not of the one at which waiting for it began.
  const claimed = await sql<ClaimedJob>`
    with next as (
      select id from jobs
      where status = 'queued' and project_id = (
        select projects.id from jobs join projects on projects.id = project_id and removed_at is null
        where jobs.id = ${jobId})
      order by priority, turn, queued_at, id limit 1 for update),
    claimed as (
      update jobs set status = 'running', attempt = attempt + 1, worker_id = ${worker.id}, claimed_at = clock_timestamp(),
        lease_until = clock_timestamp() + make_interval(secs => ${leaseSecs}),
        deadline_at = clock_timestamp() + make_interval(secs => ${setupSecs}),
        preparing_at = null, started_at = null, finished_at = null
      where id = (select id from next) and status = 'queued'
      returning *),
    opened as (
      insert into attempts (job_id, number, worker_id, worker, containment, claimed_at)
      select id, attempt, worker_id, ${worker.name}, ${worker.containment}, claimed_at from claimed)
    select c.id, c.attempt, c.project_id, p.name as project, p.git_url, p.git_credentials, p.default_branch, c.recipe,
      c.subproject, c.ref, c.sha, c.recipe_snapshot, c.traceparent, c.queued_at, c.claimed_at
    from claimed c join projects p on p.id = c.project_id`.execute(db);
  return claimed.rows[0] ?? null;
}

/** Says that the workspace is being made and takes longer than a moment. False: this attempt is over. */
export async function markPreparing(
  db: Database,
  held: { jobId: string; attempt: number },
): Promise<boolean> {
  const marked = await sql`
    update jobs set preparing_at = now()
    where id = ${held.jobId} and attempt = ${held.attempt} and status = 'running'`.execute(db);
  return marked.numAffectedRows === 1n;
}

export type StartAnswer = 'started' | 'cancel_requested' | 'over';

/** The moment before the recipe is started: from here its time limit counts. Only `started` allows to go on. */
export async function markStarted(
  db: Database,
  held: { jobId: string; attempt: number; sha: string; timeoutSecs: number },
): Promise<StartAnswer> {
  const found = await sql<{ cancelled: boolean }>`
    with started as (
      update jobs set started_at = now(), sha = ${held.sha},
        deadline_at = now() + make_interval(secs => ${held.timeoutSecs})
      where id = ${held.jobId} and attempt = ${held.attempt} and status = 'running'
      returning id, attempt, cancel_requested_at),
    written as (
      update attempts set started_at = now() from started where job_id = started.id and number = started.attempt)
    select cancel_requested_at is not null as cancelled from started`.execute(db);
  const row = found.rows[0];
  if (!row) return 'over';
  return row.cancelled ? 'cancel_requested' : 'started';
}

/** Gives an unfinished attempt back to the queue, as a draining worker does. False: it was over already. */
export async function returnAttempt(
  db: Database,
  held: { jobId: string; attempt: number; detail: string },
): Promise<boolean> {
  const returned = await sql`
    with returned as (
      update jobs set status = 'queued', dispatched_at = null, lease_until = null, deadline_at = null,
        claimed_at = null, preparing_at = null, started_at = null
      where id = ${held.jobId} and attempt = ${held.attempt} and status = 'running' and cancel_requested_at is null
      returning id, attempt)
    update attempts set status = 'returned', detail = ${held.detail}, finished_at = now()
    from returned where job_id = returned.id and number = returned.attempt`.execute(db);
  return returned.numAffectedRows === 1n;
}

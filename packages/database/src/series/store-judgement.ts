// Writes what became of the findings of one job, within the transaction that ends it.
import { sql } from 'kysely';
import type { FindingSummary, JobFinding } from '@crafting-table/contracts/finding-life';
import type { Connection } from '../connect.ts';
import type { SeriesName } from './load-series.ts';
import { changeTracked, holdsFinding, openTracked, type TrackedChange } from './tracked-rows.ts';
import { jsonLines } from './json-lines.ts';

export type UnseenFinding = { id: number; state: 'fixed' | 'unknown' };

export type StoredJudgement = {
  name: SeriesName;
  /** What was judged against; null: the series did not exist. */
  version: number | null;
  /** Whether this commit becomes the newest one of the series, is that already, or is older. */
  head: 'moves' | 'stays' | 'behind';
  /** Findings of another series that this new one begins with. */
  forkedFrom: readonly number[];
  sha: string;
  changes: readonly TrackedChange[];
  unseen: readonly UnseenFinding[];
  completeTools: readonly string[];
  inputs: unknown;
  summary: FindingSummary;
};

/** Another job of the series was judged meanwhile: what was found out is out of date. */
export class SeriesMoved extends Error {
  override name = 'SeriesMoved';
}

export type JudgedAttempt = { jobId: string; attempt: number; findings: readonly JobFinding[] };

/** @throws SeriesMoved; the transaction has to be given up then. */
export async function storeJudgement(
  transaction: Connection,
  job: JudgedAttempt,
  judgement: StoredJudgement,
): Promise<void> {
  const seriesId = await takeSeries(transaction, job, judgement);
  if (judgement.changes.length > CHANGES_MANY) await giveMemory(transaction);
  const copies = await copyKnown(transaction, seriesId, judgement.forkedFrom);
  const given = judgement.changes.map((change) => ({
    ...change,
    id: change.id === null ? null : (copies.get(change.id) ?? change.id),
  }));
  const changes = await openTracked(transaction, seriesId, job, judgement.sha, given);
  await changeTracked(transaction, job, judgement.sha, changes);
  await tellEvents(transaction, job, judgement.sha, changes);
  await insertFindings(transaction, job, changes);
  await listUnseen(transaction, job, judgement, copies);
}

/** Postgres writes what is given to one statement into files when it is larger than the memory that is usual for one. */
const CHANGES_MANY = 5000;

async function giveMemory(transaction: Connection): Promise<void> {
  await sql`set local work_mem = '64MB'`.execute(transaction);
}

/** Moves the series on, and notes the job as one of it. */
async function takeSeries(
  db: Connection,
  { jobId, attempt }: { jobId: string; attempt: number },
  judgement: StoredJudgement,
): Promise<number> {
  const { name, version, sha, changes, unseen, completeTools, inputs, summary } = judgement;
  const moves = judgement.head === 'moves';
  // Without findings, before, now and meanwhile, and at the commit where the series stands, nothing that others did counts here.
  const isCompared = changes.length + unseen.length > 0 || moves;
  // Whoever was compared with nothing is not held up by a series that has moved on, and does not take it back either.
  const isHead = sql`(${moves} or (${judgement.head === 'stays'} and head_sha = ${sha}))`;
  const queuedAt = sql`(select queued_at from jobs where id = ${jobId})`;
  const take =
    version === null
      ? sql`
          insert into series (project_id, subproject, recipe, branch, version, head_sha, head_queued_at)
          values (${name.projectId}, ${name.subproject}, ${name.recipe}, ${name.branch}, 1, ${sha}, ${queuedAt})
          on conflict do nothing returning id`
      : sql`
          update series set version = version + 1,
            head_sha = case when ${isHead} then ${sha} else head_sha end,
            head_queued_at = case when ${isHead} then ${queuedAt} else head_queued_at end
          where project_id = ${name.projectId} and subproject = ${name.subproject} and recipe = ${name.recipe}
            and branch = ${name.branch} and (version = ${version} or (not ${isCompared}
              and not exists (select from tracked_findings where series_id = series.id and is_open)))
          returning id`;
  const taken = await sql<{ id: number }>`
    with taken as (${take}),
    run as (
      insert into series_runs (series_id, job_id, attempt, sha, complete_tools, inputs, summary)
      select id, ${jobId}, ${attempt}, ${sha}, ${[...completeTools]}::text[], ${JSON.stringify(inputs)}::jsonb,
        ${JSON.stringify(summary)}::jsonb
      from taken)
    select id from taken`.execute(db);
  const id = taken.rows[0]?.id;
  if (id === undefined) throw new SeriesMoved(`Another job of ${name.branch} was judged meanwhile`);
  return id;
}

/** A branch begins with what its origin had, first seen where that saw it first. Gives back old id → new id. */
async function copyKnown(
  db: Connection,
  seriesId: number,
  ids: readonly number[],
): Promise<Map<number, number>> {
  if (ids.length === 0) return new Map();
  const copied = await sql<{ old_id: number; new_id: number }>`
    with made as (
      insert into tracked_findings (series_id, fingerprint, is_open, finding_group, kind, tool, rule, path, line, line_hash,
        scope, template, severity, native, first_sha, first_job_id, first_at, since_first_run, flaky_since, flaky_passes, data)
      select ${seriesId}, fingerprint, true, finding_group, kind, tool, rule, path, line, line_hash, scope, template, severity,
        native, first_sha, first_job_id, first_at, since_first_run, flaky_since, flaky_passes, data
      from tracked_findings where id = any(${ids}::bigint[])
      on conflict do nothing
      returning id, fingerprint)
    select old.id as old_id, made.id as new_id
    from made join tracked_findings old on old.fingerprint = made.fingerprint and old.id = any(${ids}::bigint[])`.execute(
    db,
  );
  return new Map(copied.rows.map(({ old_id, new_id }) => [old_id, new_id]));
}

async function tellEvents(
  db: Connection,
  { jobId }: { jobId: string },
  sha: string,
  changes: readonly TrackedChange[],
): Promise<void> {
  const events = changes.filter(({ id, event }) => id !== null && event !== null);
  if (events.length === 0) return;
  await sql`
    insert into finding_events (tracked_id, job_id, sha, event)
    select id, ${jobId}, ${sha}, event from unnest(${events.map(({ id }) => id)}::bigint[],
      ${events.map(({ event }) => event)}::text[]) as t (id, event)`.execute(db);
}

/** Findings of an attempt, linked to the rows of the series that stand for them. */
export async function insertFindings(
  db: Connection,
  { jobId, attempt, findings }: JudgedAttempt,
  changes: readonly TrackedChange[],
): Promise<void> {
  // What the series holds now need not be sent again.
  const held = changes.filter((change) => change.id !== null && holdsFinding(change));
  if (held.length > 0) {
    await sql`
      insert into findings (job_id, attempt, ordinal, data, tracked_id)
      select ${jobId}, ${attempt}, given.ordinal + 1, t.data, t.id
      from unnest(${held.map(({ id }) => id)}::bigint[], ${held.map(({ ordinal }) => ordinal)}::int[]) as given (id, ordinal)
      join tracked_findings t on t.id = given.id`.execute(db);
  }
  const isHeld = new Set(held.map(({ ordinal }) => ordinal));
  const rest = [...findings.entries()].filter(([index]) => !isHeld.has(index));
  if (rest.length === 0) return;
  const idOf = new Map(changes.map(({ ordinal, id }) => [ordinal, id]));
  await sql`
    insert into findings (job_id, attempt, ordinal, data, tracked_id)
    select ${jobId}, ${attempt}, given.ordinal + 1, given.string_to_table::jsonb, given.id
    from rows from (
      unnest(${rest.map(([index]) => idOf.get(index) ?? null)}::bigint[], ${rest.map(([index]) => index)}::int[]),
      ${jsonLines(rest.map(([, finding]) => finding))}) as given (id, ordinal)`.execute(db);
}

/** Behind the job's own findings, so that a page of them never shifts. */
async function listUnseen(
  db: Connection,
  { jobId, attempt, findings }: JudgedAttempt,
  { unseen }: StoredJudgement,
  copies: ReadonlyMap<number, number>,
): Promise<void> {
  if (unseen.length === 0) return;
  await sql`
    insert into findings (job_id, attempt, ordinal, tracked_id, seen, data)
    select ${jobId}, ${attempt}, ${findings.length} + g.ordinal, t.id, false,
      t.data || jsonb_build_object('state', g.state, 'fingerprint', t.fingerprint)
    from unnest(${unseen.map(({ id }) => copies.get(id) ?? id)}::bigint[], ${unseen.map(({ state }) => state)}::text[])
      with ordinality as g (id, state, ordinal)
    join tracked_findings t on t.id = g.id`.execute(db);
}

// Asks the database and git what an attempt's findings are to be compared with, and has them compared.
import type { JobFinding, PersonsSuppression } from '@crafting-table/contracts/finding-life';
import {
  listOrigins,
  loadKnown,
  loadKnownOfRun,
  loadSeries,
} from '@crafting-table/database/series/load-series';
import type {
  KnownRow,
  LastRuns,
  LoadedSeries,
  SeriesName,
  StandingAcceptance,
} from '@crafting-table/database/series/load-series';
import type { StoredJudgement } from '@crafting-table/database/series/store-judgement';
import type { TrackedChange } from '@crafting-table/database/series/tracked-rows';
import type { ClaimedJob } from '@crafting-table/database/jobs/claim-job';
import type { Inputs } from '@crafting-table/findings/track/cause';
import {
  type Fate,
  type Judgement,
  type Relation,
  type SeriesBefore,
} from '@crafting-table/findings/track/judge-findings';
import { firstAncestor, listRenames, relateCommits } from '@crafting-table/runner/git/compare-commits';
import type { Mirror } from '@crafting-table/runner/git/mirror';
import type { ReadFindings, Reading } from './findings-reader.ts';
import type { WorkerParts } from './worker-parts.ts';

/** Comparing commits reads a few objects; a history that takes longer is compared by time. */
const GIT_MS = 20_000;

const HEAD = { first: 'moves', ahead: 'moves', same: 'stays', behind: 'behind' } as const;

export type JudgedSeries = { findings: JobFinding[]; judgement: StoredJudgement };

type Known = {
  relation: Relation;
  rows: KnownRow[];
  renames: ReadonlyMap<string, string>;
  forkedFrom: readonly number[];
  /** Of the series itself, or of the one that it begins with. */
  last: LastRuns | null;
};

/** What becomes of the findings of an attempt and of those that its series knew. */
export async function judgeSeries(
  { db }: Pick<WorkerParts, 'db'>,
  job: ClaimedJob,
  { mirror, sha }: { mirror: Mirror; sha: string },
  reading: Reading,
  read: ReadFindings,
): Promise<JudgedSeries> {
  const name: SeriesName = {
    projectId: job.project_id,
    subproject: job.subproject,
    recipe: job.recipe,
    branch: job.ref ?? job.default_branch,
  };
  const { series, accepted } = await loadSeries(db, name, sha);
  const known =
    series === null
      ? await beginSeries(db, name, job, mirror, sha)
      : await goOn(db, series, job, mirror, sha);
  const { last } = known;
  const now = new Date();
  const before: SeriesBefore = {
    relation: known.relation,
    known: known.rows,
    renames: known.renames,
    completeAtCommit: new Set(last?.completeAtCommit),
    inputs: last === null ? null : (last.inputs as Inputs | null), // Written by this function's caller below.
    ...sortAcceptances(accepted, { now, since: last?.at ?? null }),
  };
  const gates = job.recipe_snapshot.gates ?? [];
  const { summary, ...judgement } = await reading.judge({ sha, before, gates, now });
  const stored: StoredJudgement = {
    name,
    version: series?.version ?? null,
    head: HEAD[known.relation],
    forkedFrom: known.forkedFrom,
    sha,
    changes: changesOf(judgement, known.rows),
    unseen: judgement.fates.flatMap((fate) =>
      fate.kind === 'unseen' ? [{ id: fate.id, state: fate.state }] : [],
    ),
    completeTools: judgement.completeTools,
    inputs: read.inputs,
    summary,
  };
  return { findings: judgement.findings, judgement: stored };
}

/** The first job of a branch is compared with the newest job of the default branch that its commit has behind it. */
async function beginSeries(
  db: WorkerParts['db'],
  name: SeriesName,
  job: ClaimedJob,
  mirror: Mirror,
  sha: string,
): Promise<Known> {
  const nothing: Known = { relation: 'first', rows: [], renames: new Map(), forkedFrom: [], last: null };
  if (name.branch === job.default_branch) return nothing;
  const { series: origin } = await loadSeries(db, { ...name, branch: job.default_branch }, sha);
  if (origin === null) return nothing;
  const runs = await listOrigins(db, origin.id);
  const base = await firstAncestor(
    mirror,
    sha,
    runs.map((run) => run.sha),
    GIT_MS,
  );
  const run = runs.find((each) => each.sha === base);
  if (run === undefined) return nothing;
  const rows = await loadKnownOfRun(db, run);
  const renames = run.sha === sha ? new Map() : await listRenames(mirror, run.sha, sha, GIT_MS);
  return { relation: 'ahead', rows, renames, forkedFrom: rows.map(({ id }) => id), last: origin.last };
}

async function goOn(
  db: WorkerParts['db'],
  series: LoadedSeries,
  job: ClaimedJob,
  mirror: Mirror,
  sha: string,
): Promise<Known> {
  const { head } = series;
  const [rows, relation] = await Promise.all([
    series.hasKnown ? loadKnown(db, series.id) : [],
    head === null ? ('ahead' as const) : relate(mirror, sha, head, job.queued_at),
  ]);
  const hasMoved = head !== null && head.sha !== sha && rows.length > 0;
  const renames = hasMoved ? await listRenames(mirror, head.sha, sha, GIT_MS) : new Map();
  return { relation, rows, renames, forkedFrom: [], last: series.last };
}

/** What stands, and what ran out since the last job. */
function sortAcceptances(
  all: readonly StandingAcceptance[],
  { now, since }: { now: Date; since: Date | null },
): Pick<SeriesBefore, 'accepted' | 'lapsed'> {
  const accepted = new Map<string, PersonsSuppression>();
  const lapsed = new Set<string>();
  for (const { fingerprint, ...acceptance } of all) {
    const until = acceptance.until === null ? null : new Date(acceptance.until);
    if (until === null || until > now)
      accepted.set(fingerprint, { ...acceptance, until: until?.toISOString() ?? null });
    else if (since === null || until > since) lapsed.add(fingerprint);
  }
  return { accepted, lapsed };
}

/** By ancestry. Where a branch was moved by force there is none, and the job that was asked for later is the newer one. */
async function relate(
  mirror: Mirror,
  sha: string,
  head: { sha: string; queuedAt: Date },
  queuedAt: Date,
): Promise<Relation> {
  const relation = await relateCommits(mirror, sha, head.sha, GIT_MS);
  if (relation === 'same') return 'same';
  if (relation === 'unrelated') return queuedAt >= head.queuedAt ? 'ahead' : 'behind';
  return relation === 'descendant' ? 'ahead' : 'behind';
}

function changesOf(judgement: Omit<Judgement, 'completeTools'>, rows: readonly KnownRow[]): TrackedChange[] {
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  return judgement.fates.flatMap((fate) => changeOf(fate, judgement, rowOf) ?? []);
}

function changeOf(
  fate: Fate,
  { findings, identities }: Omit<Judgement, 'completeTools'>,
  rowOf: ReadonlyMap<number, KnownRow>,
): TrackedChange | null {
  const nothing = {
    ordinal: null,
    since_first_run: false,
    is_flaky: false,
    is_same: false,
    group: null,
    rule: null,
    template: null,
    native: [],
  };
  switch (fate.kind) {
    case 'opened':
      return {
        ...identities[fate.finding]!, // One for each finding.
        id: null,
        ordinal: fate.finding,
        event: 'opened',
        is_open: fate.isOpen,
        since_first_run: fate.sinceFirstRun,
        is_flaky: fate.isFlaky,
        is_same: false,
      };
    case 'seen':
      return {
        ...identities[fate.finding]!,
        id: fate.id,
        ordinal: fate.finding,
        event: fate.event,
        is_open: fate.isOpen,
        since_first_run: false,
        is_flaky: fate.event === 'flaky',
        is_same: fate.event === null && isSame(rowOf.get(fate.id), findings[fate.finding]!, fate.isOpen),
      };
    case 'unseen':
      return fate.event === null
        ? null
        : { ...nothing, id: fate.id, event: fate.event, is_open: fate.event !== 'fixed' };
  }
}

function isSame(
  row: KnownRow | undefined,
  { path, region, line_hash }: JobFinding,
  isOpen: boolean,
): boolean {
  return (
    row?.flaky === null &&
    row.is_open === isOpen &&
    row.path === (path ?? null) &&
    row.line === (region?.line ?? null) &&
    row.line_hash === (line_hash ?? null)
  );
}

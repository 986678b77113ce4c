// A database that has kept many jobs: several owners and projects, some states and recipes rare, written by SQL.
import { query } from '../stores.ts';

/**
 * Inserts finished jobs and their attempts into the projects that are registered, in the order of time, and gives back
 * ids from the newest to the oldest, evenly apart, for cursors that lie deep.
 */
export async function insertManyJobs(databaseUrl: string, jobs: number): Promise<string[]> {
  const indexes = (await query(databaseUrl, FIND_INDEXES)) as { drop: string; create: string }[]; // Its two columns.
  await query(
    databaseUrl,
    ...FASTER,
    'begin',
    ...indexes.map((index) => index.drop),
    insertJobs(jobs),
    INSERT_ATTEMPTS,
    ...indexes.map((index) => index.create),
    'commit',
    'vacuum analyze jobs',
    'vacuum analyze attempts',
    'checkpoint',
  );
  const rows = await query(
    databaseUrl,
    `select id from (select id, row_number() over (order by id desc) as place from jobs) j
     where place % ${Math.floor(jobs / IDS)} = 0 order by id desc`,
  );
  return rows.map((row) => (row as { id: string }).id); // Its only column.
}

const IDS = 10;

/** For this one connection: nothing here has to survive a crash, and whatever refers to something refers to what was just made. */
const FASTER = [
  'set synchronous_commit = off',
  'set session_replication_role = replica',
  `set maintenance_work_mem = '256MB'`,
];

/** Filling a table and indexing it afterwards takes a third of the time; the end is the same. */
const FIND_INDEXES = `
  select format('drop index %I', indexname) as drop, indexdef as create from pg_indexes
  where schemaname = 'public' and tablename in ('jobs', 'attempts') and indexname not like '%_pkey'`;

/** Ids of version 7, as the farm makes them: the time in ms, then what tells them apart. */
const insertJobs = (jobs: number) => `
  insert into jobs (id, project_id, owner, recipe, subproject, ref, sha, recipe_snapshot, priority, turn, status, reason,
                    exit_code, attempt, queued_at, dispatched_at, claimed_at, preparing_at, started_at, finished_at)
  select (lpad(to_hex(ms), 12, '0') || '7' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid,
         p.id, p.owner,
         case when i % 5003 = 0 then 'audit' when i % 10 < 6 then 'test' when i % 10 < 9 then 'build' else 'lint' end,
         '.', 'main', hash || substr(hash, 1, 8),
         '{"command": "npm test", "language": "typescript", "timeout_secs": 1800, "retry_on": [], "env": {}}'::jsonb,
         50, 0, status, case when status = 'cancelled' then 'cancelled' else 'exit' end,
         case status when 'passed' then 0 when 'failed' then 1 else null end, 1, at, at, at, at, at, at
  from (select i, hash, at, (extract(epoch from at) * 1000)::bigint as ms,
               case when i % 100003 = 7 then 'cancelled' when i % 7 = 0 then 'failed' else 'passed' end as status
        from generate_series(1, ${jobs}) i,
             lateral (select md5(i::text) as hash, now() - (${jobs} - i) * interval '25 seconds' as at) each) made
  join (select id, owner, row_number() over (order by name) - 1 as number from projects) p
    on p.number = made.i % (select count(*) from projects)`;

const INSERT_ATTEMPTS = `
  insert into attempts (job_id, number, status, reason, exit_code, worker_id, worker, containment, claimed_at,
                        started_at, finished_at, log_bytes, log_lines, log_stored_bytes, log_omitted_bytes, log_omitted_lines)
  select id, 1, status, reason, exit_code, '00000000-0000-4000-8000-000000000000', 'bench', 'pid_namespace', claimed_at,
         started_at, finished_at, 0, 0, 0, 0, 0
  from jobs`;

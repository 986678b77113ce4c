// Jobs of one series, brought to their end one after the other as a worker does it, without a worker: what their tools found
// is given, compared with what the series knows, and stored.
import { join } from 'node:path';
import { connectDatabase } from '@crafting-table/database/connect';
import { finishAttempt } from '@crafting-table/database/jobs/finish-attempt';
import { claimJob, markStarted, type ClaimedJob } from '@crafting-table/database/jobs/claim-job';
import { insertJobs } from '@crafting-table/database/jobs/insert-jobs';
import { addProject, newJob, nextId, passed, WORKER } from '@crafting-table/database/stand-ins/farm-rows';
import { fetchAll } from '@crafting-table/runner/git/fetch-mirror';
import { createMirrors, type Mirror } from '@crafting-table/runner/git/mirror';
import { migrateSchemas } from '../../apps/launcher/src/migrate-schemas.ts';
import { judgeRead } from '../../packages/farm/src/attempts/judge-read.ts';
import { judgeSeries } from '../../packages/farm/src/attempts/judge-series.ts';
import type { EnrichedFinding } from '../../packages/findings/src/enrich/enrich-findings.ts';
import { path } from '../config.ts';
import type { Bench } from '../figure.ts';
import { addCommits, makeRepository } from '../repository.ts';

export type JudgedJobs = {
  databaseUrl: string;
  /** Ends one more job, at a commit of its own; gives back what that took in ms: asking, comparing, storing. */
  end(findings: readonly EnrichedFinding[]): Promise<{ judgedMs: number; storedMs: number }>;
};

const COMMITS = 12;
const GIT_MS = 20_000;
const INPUTS = { lockFiles: null, configuration: null, command: 'make lint', versions: {} };

export async function openJudgedJobs(bench: Bench): Promise<JudgedJobs> {
  const databaseUrl = await bench.stores.createDatabase();
  await migrateSchemas({ databaseUrl, redisUrl: undefined, queuePrefix: 'bench' });
  const db = bench.own(connectDatabase({ url: databaseUrl, poolSize: 4, name: 'bench' }));
  const repository = makeRepository(bench.folder, 1);
  const commits = addCommits(repository, COMMITS);
  const mirror = bench.own(await openMirror(bench.folder, repository.url));
  const project = await addProject(db, { git_url: repository.url });
  const start = async (sha: string): Promise<ClaimedJob> => {
    const job = newJob(project, { recipe: 'lint' });
    await insertJobs(db, [job]);
    const claimed = await claimJob(db, {
      jobId: job.id,
      worker: { ...WORKER, id: nextId() },
      leaseSecs: 600,
      setupSecs: 600,
    });
    if (claimed === null) throw new Error('The job was not claimed');
    await markStarted(db, { jobId: job.id, attempt: claimed.attempt, sha, timeoutSecs: 600 });
    return claimed;
  };
  return {
    databaseUrl,
    async end(findings) {
      const sha = commits.shift();
      if (sha === undefined) throw new Error(`More jobs than ${COMMITS} commits`);
      const job = await start(sha);
      const toolRuns = [
        { tool: 'linter', completeness: 'complete' as const, source: { artifact: 'log', format: 'linter' } },
      ];
      const parsed = { findings, toolRuns, truncated: false, exitCode: 1, inputs: INPUTS };
      const read = { toolRuns, count: findings.length, exitCode: 1, inputs: INPUTS };
      const beganAt = performance.now();
      const judged = await judgeSeries({ db }, job, { mirror, sha }, readingOf(parsed), read);
      const judgedAt = performance.now();
      const result = {
        status: 'failed',
        exit_code: 1,
        toolRuns,
        findingsCount: findings.length,
        ...judged,
      } as const;
      const answer = await finishAttempt(db, passed(job.id, result));
      if (answer !== 'accepted') throw new Error(`The end of the job was not accepted: ${answer}`);
      return { judgedMs: judgedAt - beganAt, storedMs: performance.now() - judgedAt };
    },
  };
}

/** A worker has another thread judge; what that takes is the same. */
function readingOf(parsed: Parameters<typeof judgeRead>[0]): Parameters<typeof judgeSeries>[3] {
  const unused = () => {
    throw new Error('Everything is read already');
  };
  return {
    feed: unused,
    end: unused,
    judge: async (question) => judgeRead(parsed, question),
    [Symbol.dispose]: () => {},
  };
}

async function openMirror(folder: string, url: string): Promise<Mirror> {
  const settings = { searchPath: path, emptyHome: folder, allowFileRemotes: true };
  const mirrors = createMirrors({ dir: join(folder, 'mirrors'), settings });
  const opened = await mirrors.open({ projectId: nextId(), url, timeoutMs: GIT_MS });
  if ('failure' in opened) throw new Error(opened.failure.message);
  const { mirror } = opened;
  const fault = await fetchAll({ mirrorPath: mirror.path, url: mirror.url, settings, timeoutMs: GIT_MS });
  if (fault !== null) throw new Error(fault.failure.message);
  return mirror;
}

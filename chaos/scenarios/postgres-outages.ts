// The truth itself is away: stopped for minutes, killed, frozen, and cut off in the moment of a result.
import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobDetail } from '@crafting-table/contracts/job';
import { connectDatabase } from '@crafting-table/database/connect';
import { measureLog } from '@crafting-table/database/log-chunks';
import { ask } from '@crafting-table/e2e/ask';
import { countExecutions, type Executions } from '@crafting-table/e2e/count-executions';
import { ended, queueJob, register } from '@crafting-table/e2e/farm-calls';
import type { FarmUnderTest } from '@crafting-table/e2e/farm-under-test';
import { makeRepository, type Repository } from '@crafting-table/e2e/git-fixture';
import { temporaryFolder, type TemporaryFolder } from '@crafting-table/e2e/temporary-folder';
import { until } from '@crafting-table/e2e/until';
import { askSteadily, type Question, type SteadyAnswer } from '../ask-steadily.ts';
import { startCuttingProxy, type CutMoment, type CuttingProxy } from '../cutting-proxy.ts';
import type { Scenario, Trial } from '../scenario.ts';

const ANSWER_MS_MAX = 1_000;
const CAUGHT_UP_SECS_MAX = 30;
const END_MS = 120_000;
const EXIT_CODE = 7;
/**
 * Leases run out while Postgres is away, also in a short outage, but not before the sweep can notice that it was away; and a
 * claim whose answer was lost goes back to the queue before its lease has run out.
 */
const SHORT_TIMES = {
  CRAFTING_LEASE_SECS: '3',
  CRAFTING_RENEW_SECS: '0.5',
  CRAFTING_LOST_GRACE_SECS: '1',
  CRAFTING_CLAIM_SECS: '2',
  CRAFTING_SWEEP_SECS: '0.5',
};

type Trouble = { name: string; strike(): Promise<void>; mend(): Promise<void>; lastsMs: number };
type Setting = { trial: Trial; farm: FarmUnderTest; repository: Repository; slots: number };

export const postgresOutages: Scenario = {
  name: 'postgres-outages',
  title: 'Postgres is stopped for minutes, killed, frozen, and cut off in the moment of a result',
  backends: ['redis', 'postgres'],
  async run(trial) {
    const slots = trial.isShort ? 4 : 8;
    const repository = trial.use(await makeRepository());
    const farm = await trial.startFarm({
      ownStores: true,
      settings: { CRAFTING_CONCURRENCY: String(slots), ...(trial.isShort && SHORT_TIMES) },
    });
    const setting = { trial, farm, repository, slots };
    for (const trouble of listTroubles(trial, farm)) await rideOut(setting, trouble);
    await farm.workers[0]!.stop(); // It was started with the farm; from here on all go by way of the proxy.
    const proxy = trial.use(await startCuttingProxy(farm.databaseUrl));
    await farm.addWorker({ DATABASE_URL: proxy.url });
    for (const moment of ['before_arrival', 'before_answer'] as const) {
      await cutResults(setting, moment, proxy);
    }
  },
};

function listTroubles({ isShort }: Trial, farm: FarmUnderTest): Trouble[] {
  const { stop, kill, start, freeze, thaw } = farm.stores!.postgres; // This farm was started with stores of its own.
  return [
    { name: 'stopped', strike: stop, mend: start, lastsMs: isShort ? 4_500 : 120_000 },
    { name: 'killed', strike: kill, mend: start, lastsMs: isShort ? 2_500 : 30_000 },
    {
      name: 'frozen',
      strike: async () => freeze(),
      mend: async () => thaw(),
      lastsMs: isShort ? 4_500 : 60_000,
    },
  ];
}

/** Half of the running jobs end while Postgres is away, the others and those that wait when it is back. */
async function rideOut(setting: Setting, trouble: Trouble): Promise<void> {
  const { trial, farm, slots } = setting;
  trial.stopping.throwIfAborted();
  await using load = await makeLoad(setting, trouble.name);
  const half = slots / 2;
  const early = await load.queue('early', half);
  const late = await load.queue('late', half);
  await until('all slots are taken', async () => (await load.executions.list()).length === slots, END_MS);
  const waiting = await load.queue('late', half);
  for (const id of [...early, ...late]) await until(`${id} talks`, async () => (await load.printed(id)) > 0);

  await using asking = askSteadily(farm, questionsAbout(late[0]!, `${trouble.name}-late`)); // Half of the slots is more than none.
  await until('the API is asked', () => asking.answers.length >= 4);
  const struckAt = Date.now();
  await trouble.strike();
  const darkFrom = Date.now();
  trial.tell(`Postgres ${trouble.name}: ${slots} jobs run, ${waiting.length} wait`);
  const before = await Promise.all(late.map(load.printed));
  await load.open('early');
  await delay(trouble.lastsMs, undefined, { signal: trial.stopping });
  const after = await Promise.all(late.map(load.printed));
  const darkUntil = Date.now();
  await trouble.mend();
  const backAt = Date.now();
  await load.open('late');
  const details = [];
  for (const id of [...early, ...late, ...waiting]) details.push(await ended(farm.client, id, END_MS));
  const caughtUpSecs = (Date.now() - backAt) / 1000;
  await until('the API is well', async () => (await farm.client.call('getHealth')).status === 'ok', END_MS);
  const answers = await asking.end();
  const asked = await load.endPosted(answers);

  const stuck = after.filter((bytes, index) => bytes <= before[index]!).length;
  trial.promise(
    `Postgres ${trouble.name}: recipes run on`,
    `${late.length - stuck} of ${late.length} printed on for ${((darkUntil - darkFrom) / 1000).toFixed(1)} s`,
    stuck === 0,
  );
  await promiseResults(setting, `Postgres ${trouble.name}`, load, [...details, ...asked]);
  promiseAnswers(trial, trouble.name, answers, { struckAt, darkFrom, darkUntil });
  trial.promise(
    `Postgres ${trouble.name}: all results are in within ${CAUGHT_UP_SECS_MAX} s of its return`,
    `${caughtUpSecs.toFixed(1)} s`,
    caughtUpSecs < CAUGHT_UP_SECS_MAX,
  );
}

/** Each job's connections are cut once, as its result is on its way. */
async function cutResults(setting: Setting, moment: CutMoment, proxy: CuttingProxy): Promise<void> {
  const { trial, farm, slots } = setting;
  trial.stopping.throwIfAborted();
  await using load = await makeLoad(setting, moment.replace('_', '-'));
  const ids = await load.queue('late', slots * 2);
  // The finding's text in JSON is in no statement but the one that writes the result.
  const texts = ids.map((id) => `"message":"${findingOf(id)}"`);
  for (const text of texts) proxy.cutAt(text, moment);
  await load.open('late');
  const details = [];
  for (const id of ids) details.push(await ended(farm.client, id, END_MS));
  const name = `cut ${moment.replace('_', ' ')} of a result`;
  const cuts = texts.filter((text) => !proxy.isWaitingFor(text)).length;
  trial.promise(`${name}: it was done`, `${cuts} of ${ids.length} results`, cuts === ids.length);
  await promiseResults(setting, name, load, details);
}

type Wave = 'early' | 'late';
type Load = AsyncDisposable & {
  executions: Executions;
  queue(wave: Wave, count: number): Promise<string[]>;
  /** Lets the jobs of a wave end. */
  open(wave: Wave): Promise<void>;
  /** What the recipe itself wrote down of its output. */
  copy(id: string): Promise<Buffer>;
  printed(id: string): Promise<number>;
  /** The jobs that were asked for meanwhile and accepted. */
  endPosted(answers: readonly SteadyAnswer[]): Promise<JobDetail[]>;
};

/** Two projects whose jobs print bytes of all kinds until they are let go, then many lines and one finding. */
async function makeLoad({ trial, farm, repository }: Setting, name: string): Promise<Load> {
  await using made = new AsyncDisposableStack();
  const outside = made.use(await temporaryFolder('outside'));
  const executions = made.use(await countExecutions());
  for (const wave of ['early', 'late']) {
    const test = recipeOf(outside, executions, { wave, lines: trial.isShort ? 20_000 : 500_000 });
    await register(farm.client, `${name}-${wave}`, repository.url, { test });
  }
  const kept = made.move();
  const printed = async (id: string) => (await stat(join(outside.path, id))).size;
  return {
    executions,
    async queue(wave, count) {
      const ids: string[] = [];
      while (ids.length < count) ids.push(await queueJob(farm.client, `${name}-${wave}`));
      return ids;
    },
    open: (wave) => writeFile(join(outside.path, wave), ''),
    copy: (id) => readFile(join(outside.path, id)).catch(() => Buffer.of()), // It was never executed, as is told elsewhere.
    printed,
    async endPosted(answers) {
      const details: JobDetail[] = [];
      for (const { status, text } of answers) {
        if (status === 202) details.push(await ended(farm.client, JSON.parse(text).job_id, END_MS));
      }
      return details;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function recipeOf(
  outside: TemporaryFolder,
  executions: Executions,
  { wave, lines }: { wave: string; lines: number },
): string {
  const gate = join(outside.path, wave);
  const talk = `i=0; until test -e '${gate}' || ! test -d '${outside.path}'; do i=$((i+1)); echo "line $i"; sleep 0.05; done`;
  const bytes = `head -c 150000 /dev/urandom; printf '\\377\\000\\303'; echo`;
  const finding = `echo "src/a.c:1:2: error: ${findingOf('$CRAFTING_JOB_ID')}"`;
  const output = `{ ${bytes}; ${talk}; seq 1 ${lines}; ${finding}; ${bytes}; }`;
  return `${executions.recipe}; ${output} | tee '${outside.path}'/"$CRAFTING_JOB_ID"; exit ${EXIT_CODE}`;
}

function findingOf(job: string): string {
  return `boom in ${job}`;
}

async function promiseResults(
  { trial, farm }: Setting,
  name: string,
  load: Load,
  details: readonly JobDetail[],
): Promise<void> {
  const executions = await load.executions.list();
  const ids = details.map(({ job }) => job.id);
  const doubled = executions.length - new Set(executions).size;
  const never = ids.filter((id) => !executions.includes(id)).length;
  trial.promise(
    `${name}: every job is executed exactly once`,
    `${ids.length} jobs, ${doubled} executed twice, ${never} never`,
    doubled === 0 && never === 0,
  );
  const wrong = details.filter((detail) => !isWholeResult(detail));
  let findings = 0;
  for (const id of ids) {
    findings += (await farm.client.call('listFindings', { params: { id } })).findings.length;
  }
  trial.promise(
    `${name}: every result arrives, with its findings, once`,
    [`${ids.length} jobs, ${findings} findings`, ...wrong.slice(0, 2).map(describeResult)].join('; '),
    wrong.length === 0 && findings === ids.length,
  );
  const { bytes, faults } = await compareLogs(farm, load, details);
  trial.promise(
    `${name}: every log is byte for byte what the recipe printed`,
    [
      `${ids.length} logs, ${(bytes / 1e6).toFixed(1)} MB, ${faults.length} differ`,
      ...faults.slice(0, 2),
    ].join('; '),
    faults.length === 0,
  );
}

/** A claim whose answer was lost goes back to the queue; what counts is that only the last attempt was one with a recipe. */
function isWholeResult({ job, attempts }: JobDetail): boolean {
  const { status, reason, exit_code, findings_count } = job;
  const isRight = status === 'failed' && reason === 'exit' && exit_code === EXIT_CODE && findings_count === 1;
  const unstarted = attempts.filter(
    (attempt) => attempt.status === 'returned' && attempt.started_at === null,
  );
  return isRight && unstarted.length === attempts.length - 1 && attempts.at(-1)?.superseded === null;
}

function describeResult({ job, attempts }: JobDetail): string {
  const { id, status, reason, exit_code, findings_count, detail } = job;
  return `${id} ${status} ${reason} ${exit_code}, ${findings_count} findings, ${attempts.length} attempts, ${detail}`;
}

/** The recipe's copy, what the API gives out, and what is stored must be the same bytes, each stored once. */
async function compareLogs(farm: FarmUnderTest, load: Load, details: readonly JobDetail[]) {
  await using db = connectDatabase({ url: farm.databaseUrl, poolSize: 1, name: 'chaos-logs' });
  const faults: string[] = [];
  let bytes = 0;
  for (const { job } of details) {
    const { id: jobId, attempt } = job;
    const copy = await load.copy(jobId);
    const { bytes: log } = await ask(farm.baseUrl, `/jobs/${jobId}/log`, farm);
    const { stored_bytes, end_byte } = await measureLog(db, { jobId, attempt });
    bytes += copy.length;
    const isSame = sha256(log) === sha256(copy) && stored_bytes === copy.length && end_byte === copy.length;
    if (!isSame) {
      faults.push(
        `${jobId}: ${copy.length} printed, ${stored_bytes} stored up to ${end_byte}, ${log.length} read`,
      );
    }
  }
  return { bytes, faults };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What clients ask, one after the other. */
function questionsAbout(jobId: string, project: string): () => Question {
  const questions: Question[] = [
    { path: '/healthz' },
    { path: '/projects' },
    { path: `/jobs/${jobId}` },
    { path: `/projects/${project}/jobs`, method: 'POST', body: { recipe: 'test' } },
    { path: '/jobs?limit=5' },
  ];
  let asked = 0;
  return () => questions[asked++ % questions.length]!; // There are some.
}

function promiseAnswers(
  trial: Trial,
  name: string,
  answers: readonly SteadyAnswer[],
  { struckAt, darkFrom, darkUntil }: { struckAt: number; darkFrom: number; darkUntil: number },
): void {
  const answerMsMax = ANSWER_MS_MAX * trial.patience;
  const dark = answers.filter(({ askedAt }) => askedAt >= darkFrom && askedAt < darkUntil - ANSWER_MS_MAX);
  const away = answers.filter(({ status }) => status === 503);
  const sinceStrike = answers.filter(({ askedAt }) => askedAt >= struckAt);
  const slowest = sinceStrike.toSorted((a, b) => b.tookMs - a.tookMs)[0]!; // It was asked all the time.
  const when = ((slowest.askedAt - struckAt) / 1000).toFixed(1);
  const strange = [
    ...dark.filter(({ status }) => status !== 503),
    ...away.filter(({ retryAfter, text }) => !(Number(retryAfter) > 0 && text.includes('database_away'))),
    ...answers.filter(({ status }) => ![200, 202, 503].includes(status)),
  ];
  const examples = strange.slice(0, 2).map(({ path, status, text }) => `${path}: ${status} ${text}`);
  trial.promise(
    `Postgres ${name}: the API answers 503 with Retry-After within ${answerMsMax / 1000} s`,
    [
      `${dark.length} asked meanwhile, the slowest answer ${slowest.tookMs.toFixed(0)} ms, a ${slowest.status} ${when} s after the strike`,
      ...examples,
    ].join('; '),
    slowest.tookMs < answerMsMax && strange.length === 0 && dark.length > 0,
  );
}

// What each route does: translate, call one verb, render. No rule of the farm lives here.
import type { Retention } from '@crafting-table/contracts/retention';
import type { Database } from '@crafting-table/database/connect';
import type { Pulse } from '@crafting-table/database/feel-pulse';
import { getFinding } from '@crafting-table/farm/findings/get-finding';
import { getTrend } from '@crafting-table/farm/findings/get-trend';
import { liftSuppression } from '@crafting-table/farm/findings/lift-suppression';
import { listFindings } from '@crafting-table/farm/findings/list-findings';
import { listOpenFindings } from '@crafting-table/farm/findings/list-open-findings';
import { suppressFinding } from '@crafting-table/farm/findings/suppress-finding';
import { checkHealth } from '@crafting-table/farm/health/check-health';
import { cancelJob } from '@crafting-table/farm/jobs/cancel-job';
import { explainJob } from '@crafting-table/farm/jobs/explain-job';
import { createJobs } from '@crafting-table/farm/jobs/create-jobs';
import type { Dispatcher } from '@crafting-table/farm/jobs/dispatch-jobs';
import { listJobs } from '@crafting-table/farm/jobs/list-jobs';
import { retryJob } from '@crafting-table/farm/jobs/retry-job';
import { getJob } from '@crafting-table/farm/jobs/show-job';
import type { FarmNumbersReader } from '@crafting-table/farm/metrics/read-farm-numbers';
import type { News } from '@crafting-table/farm/logs/news';
import type { FileRemotes } from '@crafting-table/farm/projects/git-remote';
import { registerProject } from '@crafting-table/farm/projects/register-project';
import { removeProject } from '@crafting-table/farm/projects/remove-project';
import { replaceProject } from '@crafting-table/farm/projects/replace-project';
import { getProject, listProjects } from '@crafting-table/farm/projects/show-project';
import { refuse, type Refusal } from '@crafting-table/farm/refusal';
import type { Authenticator } from '@crafting-table/farm/tokens/authenticate';
import { listAudit } from '@crafting-table/farm/tokens/list-audit';
import { listTokens } from '@crafting-table/farm/tokens/list-tokens';
import { mintToken } from '@crafting-table/farm/tokens/mint-token';
import { revokeToken } from '@crafting-table/farm/tokens/revoke-token';
import { runRetention } from '@crafting-table/farm/retention/run-retention';
import { drainWorker, resumeWorker } from '@crafting-table/farm/workers/drain-worker';
import { listWorkers } from '@crafting-table/farm/workers/show-workers';
import { listDigests } from '@crafting-table/farm/digests/list-digests';
import { runDigest } from '@crafting-table/farm/digests/run-digest';
import type { DigestSettings } from '@crafting-table/farm/digests/digest-settings';
import { listSchedules } from '@crafting-table/farm/schedules/list-schedules';
import type { Deliveries, QueueWatch } from '@crafting-table/queues/open-deliveries';
import { sendDocsPage } from '../docs/send-docs-page.ts';
import { openApiDocument } from '../docs/openapi.ts';
import { sent, type Handlers } from '../http/bind-routes.ts';
import { traceparentOf } from '../http/open-request.ts';
import { callerOf } from '../http/guards.ts';
import type { Metrics } from '../metrics/create-metrics.ts';
import { sendMetrics } from '../metrics/send-metrics.ts';
import { sendDigest } from './send-digest.ts';
import { sendFindings } from './send-findings.ts';
import { sendLog } from './send-log.ts';
import { streamLog } from './stream-log.ts';

export type Parts = {
  db: Database;
  /** For what may take minutes. */
  patientDb: Database;
  deliveries: Deliveries & QueueWatch;
  dispatcher: Dispatcher;
  news: News;
  authenticator: Authenticator;
  version: string;
  fileRemotes: FileRemotes;
  digest: DigestSettings;
  defaultTimeoutSecs: number;
  /** False until the tables are there and the first admin has a bearer. */
  isPrepared: () => boolean;
  /** A worker silent for longer is not shown as alive. */
  workerAliveSecs: number;
  metrics: Metrics;
  retention: Retention;
  /** The process was told to stop. */
  stop: AbortSignal;
  numbers: FarmNumbersReader;
  /** Of the database. */
  pulse: Pick<Pulse, 'isSilent' | 'onSilence'>;
};

export function createHandlers(parts: Parts): Handlers {
  const { db, deliveries, dispatcher } = parts;
  const rules = { files: parts.fileRemotes, nightlyTz: parts.digest.tz };
  return {
    getHealth: async ({ request, response }) => {
      response.set('Cache-Control', 'no-store');
      if (!parts.isPrepared()) return refuse('database_away', 'Starting: Postgres was not reached yet.');
      const caller = await callerOf(parts.authenticator, request);
      return checkHealth(db, deliveries, { ...parts, isAdmin: caller?.isAdmin ?? false });
    },
    getMetrics: async ({ response }) => sendMetrics(parts, response),
    getOpenApi: async ({ response }) => {
      response.json(openApiDocument(parts.version));
      return sent;
    },
    getDocs: async ({ response }) => {
      sendDocsPage(response, 200);
      return sent;
    },

    mintToken: async ({ caller, body, response }) => {
      response.set('Cache-Control', 'no-store');
      return mintToken(db, caller.name, body);
    },
    listTokens: async () => listTokens(db),
    revokeToken: async ({ caller, params }) => {
      const answer = await revokeToken(db, caller.name, params.name);
      parts.authenticator.forget(); // Here at once, elsewhere when the announcement arrives.
      return answer;
    },
    listAudit: async ({ query }) => listAudit(db, query),

    listWorkers: async ({ caller }) => listWorkers(db, caller, parts.workerAliveSecs),
    drainWorker: async ({ caller, params }) => drainWorker(db, caller, params.id),
    resumeWorker: async ({ caller, params }) => resumeWorker(db, caller, params.id),
    runRetention: async ({ caller, body }) =>
      runRetention(parts.patientDb, parts.retention, {
        actor: caller.name,
        signal: parts.stop,
        ...body,
      }),
    registerProject: async ({ caller, body }) => registerProject(db, caller, body, rules),
    listProjects: async ({ caller }) => listProjects(db, caller),
    getProject: async ({ caller, params }) => getProject(db, caller, params.name),
    replaceProject: async ({ caller, params, body }) => replaceProject(db, caller, params.name, body, rules),
    listSchedules: async ({ caller }) => listSchedules(db, caller, null),
    removeProject: async ({ caller, params }) => removeProject(db, caller, params.name),

    listDigests: async ({ caller, params }) => listDigests(db, caller, params.date),
    getDigestPage: async (call) => sendDigest(db, parts.digest, call, 'html'),
    getDigestText: async (call) => sendDigest(db, parts.digest, call, 'text'),
    runDigest: async ({ caller, body }) => runDigest(db, parts.digest, caller, body),

    createJob: async ({ caller, params, body, request, response }) => {
      const key = readIdempotencyKey(request.headers['idempotency-key']);
      if (typeof key === 'object' && key !== null) return key;
      const { defaultTimeoutSecs } = parts;
      return createJobs(db, dispatcher, {
        caller,
        project: params.name,
        body,
        idempotencyKey: key,
        defaultTimeoutSecs,
        traceparent: traceparentOf(response),
      });
    },
    listJobs: async ({ caller, query }) => listJobs(db, caller, query),
    getJob: async ({ caller, params }) => getJob(db, caller, params.id),
    cancelJob: async ({ caller, params, body }) => cancelJob(db, caller, params.id, body.reason),
    retryJob: async ({ caller, params }) => retryJob(db, deliveries, caller, params.id),
    explainJob: async ({ caller, params }) =>
      explainJob(db, deliveries, caller, { id: params.id, workerAliveSecs: parts.workerAliveSecs }),
    getLog: async (call) => sendLog(db, call),
    streamLog: async (call) => streamLog(db, parts.news, call),

    listFindings: async (call) => {
      const { caller, params, query } = call;
      if (query.format !== 'json') return sendFindings(db, query.format, call);
      return listFindings(db, caller, params.id, query);
    },
    listOpenFindings: async ({ caller, params, query }) => listOpenFindings(db, caller, params.name, query),
    getFinding: async ({ caller, params }) => getFinding(db, caller, params.name, params.fingerprint),
    suppressFinding: async ({ caller, params, body }) => suppressFinding(db, caller, params, body),
    liftSuppression: async ({ caller, params }) => liftSuppression(db, caller, params),
    getTrend: async ({ caller, params, query }) => getTrend(db, caller, params.name, query),
  };
}

function readIdempotencyKey(header: string | string[] | undefined): string | null | Refusal {
  if (header === undefined) return null;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,200}$/.test(header)) return header;
  const message = 'must be 1 to 200 visible ASCII characters';
  return refuse('invalid_input', `Idempotency-Key ${message}`, [{ path: 'header.idempotency-key', message }]);
}

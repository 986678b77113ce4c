// The route table: the one list from which the API registers its handlers, the client its calls and OpenAPI its document.
import { z } from 'zod';
import { AuditPage, AuditQuery, MintedToken, Token, TokenBody, TokenName } from './admin.ts';
import {
  Acceptance,
  EXPORT_MEDIA,
  FindingHistory,
  FindingName,
  FindingsPage,
  FindingsQuery,
  OpenFindingsPage,
  OpenFindingsQuery,
  SuppressBody,
  Trend,
  TrendQuery,
} from './finding-lists.ts';
import { Health } from './health.ts';
import {
  CancelBody,
  CreatedJobs,
  Job,
  JobBody,
  JobDetail,
  JobId,
  JobPage,
  JobQuery,
  LogQuery,
} from './job.ts';
import { DigestDate, DigestDay, RunDigestBody } from './digest.ts';
import type { ProblemCode } from './problem.ts';
import { Project, ProjectBody, ProjectName } from './project.ts';
import { ScheduleView } from './schedule.ts';
import { RetentionBody, RetentionReport } from './retention.ts';
import { Why } from './why.ts';
import { WorkerDetail, WorkerId } from './worker.ts';

/** Who may call: anyone on the LAN, any bearer, the owner of the thing (or an admin), admins only. */
export type Access = 'lan' | 'any' | 'owner' | 'admin';

export type Route = {
  method: 'get' | 'post' | 'put' | 'delete';
  /** OpenAPI notation: `/projects/{name}`. */
  path: string;
  access: Access;
  summary: string;
  description?: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** The body may be left out: it then counts as `{}`. */
  bodyOptional?: true;
  status: 200 | 201 | 202 | 204;
  response?: z.ZodType;
  /** What the answer is made of; JSON when not given. */
  media?: 'text/plain' | 'text/event-stream' | 'text/html' | 'application/json';
  /** What else the answer can be made of, when the query asks for it. */
  otherMedia?: readonly string[];
  headers?: Record<string, string>;
  /** It answers also while Postgres is silent, and says so itself. */
  answersInSilence?: true;
  /** It answers also to its own host, which the allowed networks may leave out. */
  answersOwnHost?: true;
  problems: readonly ProblemCode[];
};

const byName = z.object({ name: ProjectName });
const byJob = z.object({ id: JobId });
const byDigest = z.object({ date: DigestDate, name: ProjectName });
const byWorker = z.object({ id: WorkerId });
const byFinding = byName.extend({ fingerprint: FindingName });

export const ROUTES = {
  getHealth: {
    method: 'get',
    path: '/healthz',
    access: 'lan',
    summary: 'Whether the farm works: versions, backends, workers, queue, sweep',
    status: 200,
    response: Health,
    answersOwnHost: true,
    problems: ['database_away'],
  },
  getMetrics: {
    method: 'get',
    path: '/metrics',
    access: 'lan',
    summary: "The farm's numbers in the text format of Prometheus; none names a project or a job",
    status: 200,
    media: 'text/plain',
    answersInSilence: true,
    problems: [],
  },
  listWorkers: {
    method: 'get',
    path: '/workers',
    access: 'any',
    summary: 'The workers, and of what they are at your own things; an admin sees all',
    status: 200,
    response: z.object({ workers: z.array(WorkerDetail) }),
    problems: [],
  },
  drainWorker: {
    method: 'post',
    path: '/admin/workers/{id}/drain',
    access: 'admin',
    summary: 'Let a worker take nothing new; what it is at goes on',
    params: byWorker,
    status: 200,
    response: WorkerDetail,
    problems: ['not_found'],
  },
  resumeWorker: {
    method: 'post',
    path: '/admin/workers/{id}/resume',
    access: 'admin',
    summary: 'Let a drained worker take work again',
    params: byWorker,
    status: 200,
    response: WorkerDetail,
    problems: ['not_found'],
  },
  runRetention: {
    method: 'post',
    path: '/admin/retention/run-now',
    access: 'admin',
    summary: 'Remove what is not kept any more, or only say what that would be',
    description:
      'The same round goes by itself each hour. Mirrors and caches lie on the hosts of the workers: they are removed by those, and what they will find stands in `left_to_workers`.',
    body: RetentionBody,
    status: 200,
    response: RetentionReport,
    problems: ['not_found'],
  },
  getOpenApi: {
    method: 'get',
    path: '/openapi.json',
    access: 'any',
    summary: 'This API as an OpenAPI 3.1 document',
    status: 200,
    media: 'application/json',
    problems: [],
  },
  getDocs: {
    method: 'get',
    path: '/docs',
    access: 'any',
    summary: 'This API as a page to read and try; without a bearer it asks for one',
    status: 200,
    media: 'text/html',
    problems: [],
  },
  mintToken: {
    method: 'post',
    path: '/admin/tokens',
    access: 'admin',
    summary: 'Mint a token; the answer is the only one that carries its bearer',
    description:
      'Minting under the name of a revoked token makes its successor: the new bearer owns what the old one owned.',
    body: TokenBody,
    status: 201,
    response: MintedToken,
    problems: ['name_taken'],
  },
  listTokens: {
    method: 'get',
    path: '/admin/tokens',
    access: 'admin',
    summary: 'List the tokens that are not revoked',
    status: 200,
    response: z.object({ tokens: z.array(Token) }),
    problems: [],
  },
  revokeToken: {
    method: 'delete',
    path: '/admin/tokens/{name}',
    access: 'admin',
    summary: 'Revoke a token; its bearer stops working at once',
    params: z.object({ name: TokenName }),
    status: 204,
    problems: ['not_found'],
  },
  listAudit: {
    method: 'get',
    path: '/admin/audit',
    access: 'admin',
    summary: 'Who did what, when; newest first',
    query: AuditQuery,
    status: 200,
    response: AuditPage,
    problems: ['invalid_cursor'],
  },
  registerProject: {
    method: 'post',
    path: '/projects',
    access: 'any',
    summary: 'Register a project; the caller becomes its owner',
    body: ProjectBody,
    status: 201,
    response: Project,
    problems: ['name_taken', 'git_url_refused'],
  },
  listProjects: {
    method: 'get',
    path: '/projects',
    access: 'any',
    summary: 'List own projects; an admin sees all',
    status: 200,
    response: z.object({ projects: z.array(Project) }),
    problems: [],
  },
  getProject: {
    method: 'get',
    path: '/projects/{name}',
    access: 'owner',
    summary: 'One project in full, with the last and the next firing of its schedules',
    params: byName,
    status: 200,
    response: Project.extend({ schedules: z.array(ScheduleView) }),
    problems: ['not_found'],
  },
  replaceProject: {
    method: 'put',
    path: '/projects/{name}',
    access: 'owner',
    summary: 'Replace a project; jobs that exist keep the recipe they were created with',
    description:
      'A `git_url` without credentials keeps the stored ones as long as scheme, host and path stay the same.',
    params: byName,
    body: ProjectBody,
    status: 200,
    response: Project,
    problems: ['not_found', 'name_taken', 'git_url_refused'],
  },
  removeProject: {
    method: 'delete',
    path: '/projects/{name}',
    access: 'owner',
    summary: 'Remove a project with its jobs, logs and findings; running jobs are cancelled first',
    params: byName,
    status: 204,
    problems: ['not_found'],
  },
  listSchedules: {
    method: 'get',
    path: '/schedules',
    access: 'any',
    summary: 'Own schedules with their last and next firing; an admin sees all',
    status: 200,
    response: z.object({ schedules: z.array(ScheduleView) }),
    problems: [],
  },
  listDigests: {
    method: 'get',
    path: '/digests/{date}',
    access: 'any',
    summary: 'The digests of a day, of own projects: what was sent, or why nothing was; an admin sees all',
    params: z.object({ date: DigestDate }),
    status: 200,
    response: DigestDay,
    problems: [],
  },
  getDigestPage: {
    method: 'get',
    path: '/digests/{date}/{name}.html',
    access: 'owner',
    summary: 'The digest of a project as its mail shows it',
    params: byDigest,
    status: 200,
    media: 'text/html',
    problems: ['not_found'],
  },
  getDigestText: {
    method: 'get',
    path: '/digests/{date}/{name}.txt',
    access: 'owner',
    summary: 'The digest of a project as plain text',
    params: byDigest,
    status: 200,
    media: 'text/plain',
    problems: ['not_found'],
  },
  runDigest: {
    method: 'post',
    path: '/admin/digest/run-now',
    access: 'admin',
    summary: 'Make the digests of a day now, or only show them',
    description:
      'One that exists is left as it is: there is one for each project and day. `dry_run` keeps and sends nothing.',
    body: RunDigestBody,
    bodyOptional: true,
    status: 200,
    response: DigestDay,
    problems: ['not_found'],
  },
  createJob: {
    method: 'post',
    path: '/projects/{name}/jobs',
    access: 'owner',
    summary: 'Queue a job, or several',
    description:
      'One job answers `{job_id, status, …}`. `recipe: "all"`, or no `subproject` in a project of several, queues one for each that is declared and answers `{jobs: […]}`, also when that is only one. With an `Idempotency-Key` the same request within 24 hours gets the first answer again and queues nothing.',
    params: byName,
    body: JobBody,
    status: 202,
    response: CreatedJobs,
    headers: {
      'Idempotency-Key': 'Up to 200 visible characters; honoured for 24 hours.',
      traceparent: 'W3C trace context; it goes on into the log lines of the worker.',
    },
    problems: ['not_found', 'recipe_not_declared', 'subproject_unknown', 'idempotency_conflict'],
  },
  listJobs: {
    method: 'get',
    path: '/jobs',
    access: 'any',
    summary: 'List own jobs, newest first; an admin sees all',
    query: JobQuery,
    status: 200,
    response: JobPage,
    problems: ['invalid_cursor'],
  },
  getJob: {
    method: 'get',
    path: '/jobs/{id}',
    access: 'owner',
    summary: 'One job: state, reason, exit code, commit, timings, attempts, the last 200 log lines',
    params: byJob,
    status: 200,
    response: JobDetail,
    problems: ['not_found'],
  },
  explainJob: {
    method: 'get',
    path: '/jobs/{id}/why',
    access: 'owner',
    summary: 'Why a queued job waits, what is before it, and when it will probably start',
    params: byJob,
    status: 200,
    response: Why,
    problems: ['not_found'],
  },
  getLog: {
    method: 'get',
    path: '/jobs/{id}/log',
    access: 'owner',
    summary: 'The whole log of the newest attempt, or a part of it',
    description:
      '`offset` or a `Range: bytes=` header counts bytes of everything that was printed; `from_line` and `lines` count lines from 1. Where the middle of a huge log was left out, a line of the farm says how much.',
    params: byJob,
    query: LogQuery,
    status: 200,
    media: 'text/plain',
    headers: { Range: 'A single byte range, answered with 206.' },
    problems: ['not_found', 'range_not_satisfiable'],
  },
  streamLog: {
    method: 'get',
    path: '/jobs/{id}/log/stream',
    access: 'owner',
    summary: 'The log as it grows, as server-sent events, from the first line to the final state',
    description:
      'Events, their data always JSON: `log` `{text}` with the id `<attempt>.<byte offset after it>`, `gap` `{bytes}` left out, `attempt` `{attempt}` when another one begins, and at the end `end` `{job}`. `Last-Event-ID` resumes after the event it names.',
    params: byJob,
    query: z.strictObject({ attempt: LogQuery.shape.attempt }),
    status: 200,
    media: 'text/event-stream',
    headers: { 'Last-Event-ID': 'The id of the last event that was seen.' },
    problems: ['not_found'],
  },
  cancelJob: {
    method: 'post',
    path: '/jobs/{id}/cancel',
    access: 'owner',
    summary: 'Cancel a queued or running job',
    params: byJob,
    body: CancelBody,
    bodyOptional: true,
    status: 202,
    response: z.object({ job: Job }),
    problems: ['not_found', 'already_finished'],
  },
  retryJob: {
    method: 'post',
    path: '/jobs/{id}/retry',
    access: 'owner',
    summary: 'Queue another attempt of a finished job, on the same recipe and commit',
    params: byJob,
    status: 202,
    response: z.object({ job: Job }),
    problems: ['not_found', 'not_finished'],
  },
  listFindings: {
    method: 'get',
    path: '/jobs/{id}/findings',
    access: 'owner',
    summary: 'What the tools of a job reported, structured',
    description:
      'Lists are written with commas and mean any of them. Without `state` the answer has what the job has; `fixed` and `unknown` findings only when asked for, `state=all` gives everything. `path` is what the path begins with. `counts` are of the whole attempt. Another `format` than `json` gives the same in one file without pages: SARIF 2.1.0, JUnit XML, GitLab code quality, or the annotations of GitHub.',
    params: byJob,
    query: FindingsQuery,
    status: 200,
    response: FindingsPage,
    otherMedia: [...new Set(Object.values(EXPORT_MEDIA))].filter((media) => media !== 'application/json'),
    problems: ['not_found', 'invalid_cursor'],
  },
  listOpenFindings: {
    method: 'get',
    path: '/projects/{name}/findings',
    access: 'owner',
    summary: 'What is open in a project, over all its series; the most severe first, and of those the oldest',
    description:
      'Each finding is as it was in the last job that had it or changed it; `accepted` and `actionable` tell what holds now.',
    params: byName,
    query: OpenFindingsQuery,
    status: 200,
    response: OpenFindingsPage,
    problems: ['not_found', 'invalid_cursor'],
  },
  getFinding: {
    method: 'get',
    path: '/projects/{name}/findings/{fingerprint}',
    access: 'owner',
    summary: 'What became of one finding, in every series that has had it',
    params: byFinding,
    status: 200,
    response: FindingHistory,
    problems: ['not_found'],
  },
  suppressFinding: {
    method: 'post',
    path: '/projects/{name}/findings/{fingerprint}/suppress',
    access: 'owner',
    summary: 'Accept a finding in every series of the project: from the next job on it counts for nothing',
    description:
      'The caller is the author. Another acceptance of the same finding takes the place of the first. When `until` is over, the next job that has the finding lists it as `reopened`.',
    params: byFinding,
    body: SuppressBody,
    status: 201,
    response: Acceptance,
    problems: ['not_found'],
  },
  liftSuppression: {
    method: 'delete',
    path: '/projects/{name}/findings/{fingerprint}/suppress',
    access: 'owner',
    summary: 'Take an acceptance back before it is over',
    params: byFinding,
    status: 204,
    problems: ['not_found'],
  },
  getTrend: {
    method: 'get',
    path: '/projects/{name}/trend',
    access: 'owner',
    summary: 'Counts of findings in the last jobs of each series',
    params: byName,
    query: TrendQuery,
    status: 200,
    response: Trend,
    problems: ['not_found'],
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;

type Field<R, Key extends string> = R extends Record<Key, infer Schema> ? Schema : undefined;
type Output<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

export type RouteOf<Name extends RouteName> = (typeof ROUTES)[Name];
export type ParamsOf<Name extends RouteName> = Output<Field<RouteOf<Name>, 'params'>>;
export type QueryOf<Name extends RouteName> = Output<Field<RouteOf<Name>, 'query'>>;
export type BodyOf<Name extends RouteName> = Output<Field<RouteOf<Name>, 'body'>>;
export type QueryInputOf<Name extends RouteName> = Input<Field<RouteOf<Name>, 'query'>>;
export type BodyInputOf<Name extends RouteName> = Input<Field<RouteOf<Name>, 'body'>>;
export type ResponseOf<Name extends RouteName> = Output<Field<RouteOf<Name>, 'response'>>;

/** Problems that any route may answer, beside its own. */
export function commonProblems(route: Route): ProblemCode[] {
  const codes: ProblemCode[] = ['peer_refused', 'internal', 'database_away'];
  if (route.access !== 'lan') codes.push('unauthorized');
  if (route.access === 'admin') codes.push('admin_only');
  if (route.params || route.query || route.body) codes.push('invalid_input');
  if (route.body) codes.push('malformed_body', 'unsupported_media_type', 'body_too_large');
  return codes;
}

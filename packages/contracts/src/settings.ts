// Every setting of the farm: its name, its default, who reads it. Each app's config.ts picks its own ones with
// readSettings(). A test compares `.env.example` with this list, and looks here for the names in the README.
import { z } from 'zod';
import { nearestName } from './nearest-name.ts';

type App = 'api' | 'worker' | 'launcher';

type SettingSpec = {
  schema: z.ZodType;
  /** As it stands in `.env.example`. */
  example: string;
  help: string;
  readBy: readonly App[];
};

const seconds = (fallback: number) => z.coerce.number().positive().max(86_400).default(fallback);
const bytes = (fallback: number) => z.coerce.number().int().nonnegative().default(fallback);
const days = (fallback: number) => z.coerce.number().nonnegative().max(36_500).default(fallback);
const flag = z
  .enum(['0', '1'])
  .default('0')
  .transform((value) => value === '1');
const list = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    );

const everyone = ['api', 'worker', 'launcher'] as const;
const farm = ['api', 'worker'] as const;

export const SETTINGS = {
  DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }),
    example: 'postgres://crafting:secret@127.0.0.1:5432/crafting',
    help: 'Postgres, the truth. The launcher starts an embedded one when this is not set.',
    readBy: everyone,
  },
  CRAFTING_DATABASE_PASSWORD_FILE: {
    schema: z.string().min(1).optional(),
    example: '/run/secrets/postgres-password',
    help: 'A file that holds the password of DATABASE_URL, so that no environment does.',
    readBy: farm,
  },
  REDIS_URL: {
    schema: z.url({ protocol: /^rediss?$/ }).optional(),
    example: 'redis://127.0.0.1:6379',
    help: "Redis for deliveries. Not set: the launcher looks for redis-server, and without one BullMQ's Postgres backend carries the deliveries.",
    readBy: everyone,
  },
  CRAFTING_REDIS_PASSWORD_FILE: {
    schema: z.string().min(1).optional(),
    example: '/run/secrets/redis-password',
    help: 'A file that holds the password of REDIS_URL.',
    readBy: farm,
  },
  CRAFTING_DATA_DIR: {
    schema: z.string().min(1).default('./data'),
    example: './data',
    help: 'Where this host keeps its own files: embedded stores, mirrors, workspaces, caches, spools.',
    readBy: everyone,
  },
  CRAFTING_HOST: {
    schema: z.string().min(1).default('127.0.0.1'),
    example: '127.0.0.1',
    help: 'Address the API listens on. 0.0.0.0 for the LAN.',
    readBy: ['api', 'launcher'],
  },
  CRAFTING_PORT: {
    schema: z.coerce.number().int().min(0).max(65_535).default(8810),
    example: '8810',
    help: 'Port of the API.',
    readBy: ['api', 'launcher'],
  },
  CRAFTING_LAN_CIDRS: {
    schema: list('10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8,::1/128'),
    example: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8,::1/128',
    help: 'Peers outside these networks are refused before anything else is looked at.',
    readBy: ['api'],
  },
  CRAFTING_TRUSTED_PROXIES: {
    schema: list(''),
    example: '',
    help: 'Networks of proxies whose X-Forwarded-For counts. Empty: it never counts.',
    readBy: ['api'],
  },
  CRAFTING_FILE_REMOTES: {
    schema: flag,
    example: '0',
    help: '1 allows file: git URLs. They let any caller read repositories of the worker host, so they are off.',
    readBy: ['api'],
  },
  CRAFTING_CONCURRENCY: {
    schema: z.coerce.number().int().min(1).max(256).optional(),
    example: '4',
    help: 'Attempts one worker process runs at once. Default: the number of cores.',
    readBy: ['worker'],
  },
  CRAFTING_WORKER_NAME: {
    schema: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/)
      .optional(),
    example: 'attic-1',
    help: 'Name of this worker in answers and logs. Default: host name and process id.',
    readBy: ['worker'],
  },
  CRAFTING_WORKSPACE_DIR: {
    schema: z.string().min(1).optional(),
    example: './data/workspaces',
    help: 'Where worktrees live. Default: workspaces below CRAFTING_DATA_DIR.',
    readBy: ['worker'],
  },
  CRAFTING_CACHE_DIR: {
    schema: z.string().min(1).optional(),
    example: './data/caches',
    help: "Where the tools' download caches live, one folder per project. Default: caches below CRAFTING_DATA_DIR.",
    readBy: ['worker'],
  },
  CRAFTING_RECIPE_PATH: {
    schema: z.string().min(1).optional(),
    example: '/usr/local/bin:/usr/bin:/bin',
    help: "PATH of the recipes. Default: the worker's own, without the farm's private tools.",
    readBy: ['worker'],
  },
  CRAFTING_RECIPE_USER: {
    schema: z
      .string()
      .regex(/^\d{1,9}:\d{1,9}$/, 'must be two numbers, a user and a group, like 1000:1000')
      .transform((text) => {
        const [uid, gid] = text.split(':').map(Number) as [number, number]; // The expression above has both.
        return { uid, gid };
      })
      .optional(),
    example: '1000:1000',
    help: "User and group that recipes run as. Not set: the worker's own. It takes a worker that may change users, as root may.",
    readBy: ['worker'],
  },
  CRAFTING_CONTAINMENT: {
    schema: z.enum(['auto', 'pid_namespace', 'subreaper', 'marker']).default('auto'),
    example: 'auto',
    help: 'How process trees are kept together. auto probes for the strongest means at start.',
    readBy: ['worker'],
  },
  CRAFTING_TIMEOUT_SECS: {
    schema: seconds(1800),
    example: '1800',
    help: 'Time limit of an attempt whose recipe states none.',
    readBy: farm,
  },
  CRAFTING_NO_OUTPUT_SECS: {
    schema: z.coerce.number().nonnegative().max(86_400).default(1200),
    example: '1200',
    help: 'A recipe silent for this long is ended. 0 turns the limit off.',
    readBy: ['worker'],
  },
  CRAFTING_SETUP_SECS: {
    schema: seconds(600),
    example: '600',
    help: 'Time limit for clone, fetch and checkout of one attempt.',
    readBy: ['worker'],
  },
  CRAFTING_KILL_GRACE_SECS: {
    schema: seconds(10),
    example: '10',
    help: 'From TERM to KILL when an attempt is ended.',
    readBy: ['worker'],
  },
  CRAFTING_DRAIN_SECS: {
    schema: z.coerce.number().nonnegative().max(86_400).default(300),
    example: '300',
    help: 'How long a worker that got SIGTERM lets its attempts go on before it gives them back. compose.yml has 60 instead and npm start 5, which kills it 25 s after SIGTERM.',
    readBy: ['worker'],
  },
  CRAFTING_LEASE_SECS: {
    schema: seconds(30),
    example: '30',
    help: 'How long a claim holds without being renewed.',
    readBy: farm,
  },
  CRAFTING_RENEW_SECS: {
    schema: seconds(10),
    example: '10',
    help: 'How often a worker renews its leases.',
    readBy: ['worker'],
  },
  CRAFTING_LOST_GRACE_SECS: {
    schema: z.coerce.number().nonnegative().max(3600).default(15),
    example: '15',
    help: 'How long after its lease ran out an attempt counts as lost.',
    readBy: farm,
  },
  CRAFTING_CLAIM_SECS: {
    schema: seconds(30),
    example: '30',
    help: 'A claimed job whose worker shows no sign of preparing it within this time is queued again.',
    readBy: farm,
  },
  CRAFTING_DEADLINE_GRACE_SECS: {
    schema: z.coerce.number().nonnegative().max(3600).default(25),
    example: '25',
    help: 'How long after its deadline, or after an unanswered cancel, the server ends a job without its worker.',
    readBy: farm,
  },
  CRAFTING_SWEEP_SECS: {
    // A longer pause would look like an outage of Postgres, after which no lease is judged.
    schema: z.coerce.number().positive().max(2).default(1),
    example: '1',
    help: 'Pause between two passes of the sweep, 2 at most.',
    readBy: farm,
  },
  CRAFTING_REDISPATCH_SECS: {
    schema: seconds(15),
    example: '15',
    help: 'A queued job nobody claimed for this long is delivered again.',
    readBy: farm,
  },
  CRAFTING_DISK_FLOOR_BYTES: {
    schema: bytes(5 * 1024 ** 3),
    example: '5368709120',
    help: 'With less free space than this, or than a tenth of the volume if that is smaller, a worker claims nothing.',
    readBy: ['worker'],
  },
  CRAFTING_LOG_FLOOD_BYTES: {
    schema: bytes(10 * 1024 ** 3),
    example: '10737418240',
    help: 'A recipe that prints more than this is ended. What is stored is capped far below it.',
    readBy: ['worker'],
  },
  CRAFTING_LOG_KEEP_DAYS: {
    schema: z.coerce.number().nonnegative().max(36_500).default(90),
    example: '90',
    help: 'Stored logs older than this are removed; jobs and findings stay. 0 keeps them whatever their age.',
    readBy: ['api'],
  },
  CRAFTING_LOG_KEEP_ATTEMPTS: {
    schema: z.coerce.number().int().min(1).default(10_000),
    example: '10000',
    help: 'Logs kept per project, the newest ones.',
    readBy: ['api'],
  },
  CRAFTING_LOG_KEEP_BYTES: {
    schema: bytes(20 * 1024 ** 3),
    example: '21474836480',
    help: 'Bytes of output kept per project, the newest ones; what they take in Postgres is a fraction of that.',
    readBy: ['api'],
  },
  CRAFTING_LOG_KEEP_TOTAL_BYTES: {
    schema: bytes(200 * 1024 ** 3),
    example: '214748364800',
    help: 'Bytes of output kept in the whole farm, the newest ones.',
    readBy: ['api'],
  },
  CRAFTING_JOB_KEEP_DAYS: {
    schema: days(365),
    example: '365',
    help: 'Finished jobs older than this are removed with their logs and findings. 0 keeps them whatever their age.',
    readBy: ['api'],
  },
  CRAFTING_JOB_KEEP_COUNT: {
    schema: z.coerce.number().int().min(1).default(100_000),
    example: '100000',
    help: 'Finished jobs kept per project, the newest ones.',
    readBy: ['api'],
  },
  CRAFTING_JOB_KEEP_TOTAL_COUNT: {
    schema: z.coerce.number().int().min(1).default(5_000_000),
    example: '5000000',
    help: 'Finished jobs kept in the whole farm, the newest ones.',
    readBy: ['api'],
  },
  CRAFTING_FINDINGS_KEEP_DAYS: {
    schema: days(180),
    example: '180',
    help: "Findings of jobs that ended longer ago are removed; the job and each finding's history stay. 0 keeps them.",
    readBy: ['api'],
  },
  CRAFTING_FINDINGS_KEEP_COUNT: {
    schema: z.coerce.number().int().min(1).default(1_000_000),
    example: '1000000',
    help: 'Findings kept per project, those of the newest jobs.',
    readBy: ['api'],
  },
  CRAFTING_FINDINGS_KEEP_BYTES: {
    schema: bytes(10 * 1024 ** 3),
    example: '10737418240',
    help: 'Bytes of findings kept per project, as Postgres stores them, those of the newest jobs.',
    readBy: ['api'],
  },
  CRAFTING_FINDINGS_KEEP_TOTAL_BYTES: {
    schema: bytes(100 * 1024 ** 3),
    example: '107374182400',
    help: 'Bytes of findings kept in the whole farm, those of the newest jobs.',
    readBy: ['api'],
  },
  CRAFTING_DIGEST_KEEP_DAYS: {
    schema: days(365),
    example: '365',
    help: 'Digests older than this are removed with their mails; the newest one of each project stays. 0 keeps them.',
    readBy: ['api'],
  },
  CRAFTING_AUDIT_KEEP_DAYS: {
    schema: days(730),
    example: '730',
    help: 'Entries of the audit log older than this are removed. 0 keeps them.',
    readBy: ['api'],
  },
  CRAFTING_MIRROR_KEEP_DAYS: {
    schema: days(60),
    example: '60',
    help: 'Mirrors nobody used for so long are removed from a host; the next job clones again. 0 keeps them.',
    readBy: farm,
  },
  CRAFTING_ALIVE_FILE: {
    schema: z.string().min(1).optional(),
    example: '/tmp/worker-alive',
    help: 'A file that a worker touches each 10 s, for a health check that looks at its age. Not set: none.',
    readBy: ['worker'],
  },
  CRAFTING_CACHE_KEEP_DAYS: {
    schema: days(60),
    example: '60',
    help: "Tools' caches of a project nobody used for so long are removed from a host. 0 keeps them.",
    readBy: farm,
  },
  CRAFTING_CACHE_KEEP_BYTES: {
    schema: bytes(20 * 1024 ** 3),
    example: '21474836480',
    help: "A project's caches on a host that grow beyond this are removed while nothing of the project runs.",
    readBy: farm,
  },
  CRAFTING_HOST_KEEP_BYTES: {
    schema: bytes(200 * 1024 ** 3),
    example: '214748364800',
    help: 'Mirrors and caches of a host together; beyond it those go that were not used for longest.',
    readBy: farm,
  },
  CRAFTING_HOST_KEEP_COUNT: {
    schema: z.coerce.number().int().nonnegative().default(2_000),
    example: '2000',
    help: 'Mirrors and caches of a host by number; beyond it those go that were not used for longest.',
    readBy: farm,
  },
  CRAFTING_QUEUES_WRITE: {
    schema: flag,
    example: '0',
    help: '1 lets admins retry, remove and pause deliveries in the queue dashboard. The farm does all that by itself.',
    readBy: ['api'],
  },
  CRAFTING_QUEUE_PREFIX: {
    schema: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,40}$/)
      .default('crafting'),
    example: 'crafting',
    help: 'Sets farms apart that share one Redis.',
    readBy: everyone,
  },
  CRAFTING_LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    example: 'info',
    help: "How much the farm's own processes log to standard error, as JSON lines.",
    readBy: farm,
  },
  CRAFTING_PUBLIC_URL: {
    schema: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8810'),
    example: 'http://127.0.0.1:8810',
    help: 'Where people reach the API. Links in mails begin with it.',
    readBy: farm,
  },
  CRAFTING_DIGEST_CRON: {
    schema: z.string().min(1).max(100).default('0 6 * * *'),
    example: '0 6 * * *',
    help: 'When the morning mail is made.',
    readBy: farm,
  },
  CRAFTING_DIGEST_TZ: {
    schema: z.string().min(1).max(60).default('America/Los_Angeles'),
    example: 'America/Los_Angeles',
    help: 'Zone of the morning mail and of nightly schedules.',
    readBy: farm,
  },
  CRAFTING_SMTP_HOST: {
    schema: z.string().min(1).optional(),
    example: 'mail.example',
    help: 'Mail server for the morning mail. Not set: no mail is sent; digests are still made and shown.',
    readBy: farm,
  },
  CRAFTING_SMTP_PORT: {
    schema: z.coerce.number().int().min(1).max(65_535).default(587),
    example: '587',
    help: 'Port of the mail server.',
    readBy: ['worker'],
  },
  CRAFTING_SMTP_USER: {
    schema: z.string().min(1).optional(),
    example: 'crafting',
    help: 'User at the mail server. Not set: no login.',
    readBy: ['worker'],
  },
  CRAFTING_SMTP_PASS: {
    schema: z.string().min(1).optional(),
    example: '',
    help: 'Password at the mail server. No recipe ever sees it.',
    readBy: ['worker'],
  },
  CRAFTING_SMTP_PASS_FILE: {
    schema: z.string().min(1).optional(),
    example: '/run/secrets/smtp-password',
    help: 'A file that holds that password.',
    readBy: ['worker'],
  },
  CRAFTING_SMTP_FROM: {
    schema: z.string().min(3).max(320).default('crafting-table@localhost'),
    example: 'crafting-table@localhost',
    help: 'Sender of the morning mail.',
    readBy: ['worker'],
  },
  CRAFTING_SMTP_TLS: {
    schema: z.enum(['starttls', 'tls', 'none']).default('starttls'),
    example: 'starttls',
    help: 'How the connection to the mail server is encrypted: upgraded and refused when that fails, from its first byte, or not.',
    readBy: ['worker'],
  },
  CRAFTING_DEMO_REMOTE: {
    schema: z.url({ protocol: /^file$/ }).optional(),
    example: '',
    help: 'The one file: git URL that is allowed although CRAFTING_FILE_REMOTES is 0. The launcher sets it to its demo.',
    readBy: ['api'],
  },
  CRAFTING_WORKERS: {
    schema: z.coerce.number().int().min(0).max(64).default(1),
    example: '1',
    help: 'Worker processes the launcher starts.',
    readBy: ['launcher'],
  },
} as const satisfies Record<string, SettingSpec>;

/** What a recipe is told of its job. Not settings, but a farm may itself be started by a recipe, in its tests. */
const GIVEN_TO_RECIPES: ReadonlySet<string> = new Set([
  'CRAFTING_ATTEMPT',
  'CRAFTING_COMMIT',
  'CRAFTING_JOB_ID',
  'CRAFTING_PROJECT',
  'CRAFTING_RECIPE',
]);

export type SettingName = keyof typeof SETTINGS;
export type Settings<Name extends SettingName> = {
  [Key in Name]: z.output<(typeof SETTINGS)[Key]['schema']>;
};

export class SettingsError extends Error {
  override name = 'SettingsError';
}

/**
 * Reads the named settings from an environment. Every fault is in one error message, a line each: a `CRAFTING_*` name
 * nobody knows (with the nearest known one), and each value that does not fit.
 */
export function readSettings<const Name extends SettingName>(
  names: readonly Name[],
  environment: Record<string, string | undefined>,
): Settings<Name> {
  const faults = Object.keys(environment)
    .filter((name) => name.startsWith('CRAFTING_') && !(name in SETTINGS) && !GIVEN_TO_RECIPES.has(name))
    .map(
      (name) =>
        `${name} is not a setting of crafting-table; did you mean ${nearestName(name, Object.keys(SETTINGS))}?`,
    );
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const parsed = SETTINGS[name].schema.safeParse(environment[name] || undefined);
    if (parsed.success) values[name] = parsed.data;
    else faults.push(`${name}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  if (faults.length > 0) throw new SettingsError(faults.join('\n'));
  return values as Settings<Name>; // Each value came out of the schema of its own name.
}

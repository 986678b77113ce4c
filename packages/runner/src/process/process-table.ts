// What the system says of its processes, from /proc; from `ps` where there is no /proc (macOS).
import { execaSync } from 'execa';
import { closeSync, openSync, readFileSync, readSync, readdirSync, readlinkSync } from 'node:fs';

export type ProcessRow = {
  pid: number;
  parent: number;
  group: number;
  session: number;
  /** Clock ticks since boot. With the process id it names a process for good, since ids are used again. 0 without /proc. */
  started: number;
};

/** A stat line has about fifty numbers and a name of at most 16 bytes. */
const STAT = Buffer.alloc(2_048);

export const MARKER = 'CRAFTING_ATTEMPT';

/** All living processes this user can see, except this one. */
export function listProcesses(): ProcessRow[] {
  if (process.platform !== 'linux') return listProcessesWithPs();
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((row) => row !== undefined)
    .filter((row) => row.pid !== process.pid);
}

/** Nothing when there is no such process, or only its zombie. */
export function readProcess(pid: number): ProcessRow | undefined {
  const text = readStat(pid);
  return text === undefined ? undefined : parseStat(text);
}

/** Whether the process has ended, known before the event of it. Without /proc always false. */
export function isDead(pid: number): boolean {
  return process.platform === 'linux' && readProcess(pid) === undefined;
}

/** Parses a line of proc(5) `stat`. Nothing for a zombie: it runs no code and holds no file. */
export function parseStat(text: string): ProcessRow | undefined {
  // The second field is the program's name in parentheses and may hold anything, parentheses and spaces too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  if (state === 'Z' || state === 'X') return undefined;
  const pid = Number.parseInt(text, 10);
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    started: Number(fields[19]),
  };
}

/** The attempt whose marker the process got with its environment. Nothing when it has none or may not be read. */
export function readMarker(pid: number): string | undefined {
  const environment = readOrNothing(`/proc/${pid}/environ`);
  return environment && findMarker(environment);
}

/** Whether stdout or stderr of the process is the file that /proc calls `name`. */
export function printsTo(pid: number, name: string): boolean {
  return [1, 2].some((descriptor) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${descriptor}`) === name;
    } catch {
      return false;
    }
  });
}

/** Whether the working folder of the process is this one or below it. Without /proc always false. */
export function worksIn(pid: number, folder: string): boolean {
  try {
    return `${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${folder}/`);
  } catch {
    return false;
  }
}

/** Searches NUL-separated `NAME=value` entries. */
export function findMarker(environment: Buffer): string | undefined {
  const name = `${MARKER}=`;
  let at = environment.indexOf(name);
  while (at > 0 && environment[at - 1] !== 0) at = environment.indexOf(name, at + 1);
  if (at < 0) return undefined;
  const end = environment.indexOf(0, at);
  return environment.toString('utf8', at + name.length, end < 0 ? undefined : end);
}

/** Parses `ps -A -o pid=,ppid=,pgid=,stat=`. A group stands for its session: macOS prints no session ids. */
export function parsePs(text: string): ProcessRow[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([pid, , , state]) => pid && !state?.startsWith('Z'))
    .map(([pid, parent, group]) => ({
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      session: Number(group),
      started: 0,
    }));
}

function listProcessesWithPs(): ProcessRow[] {
  const { stdout } = execaSync('/bin/ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=']);
  return parsePs(stdout).filter((row) => row.pid !== process.pid);
}

// readFileSync asks for the size first and reads twice; over all processes of a machine that is half of the time.
function readStat(pid: number): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(`/proc/${pid}/stat`, 'r');
    return STAT.toString('latin1', 0, readSync(file, STAT));
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

// A process may end between its listing and its reading, and another user's environment is closed to us.
function readOrNothing(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

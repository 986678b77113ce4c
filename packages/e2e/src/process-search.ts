// Which processes of this machine belong to a farm's recipes, asked of the kernel and not of the farm.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export type FoundProcess = { pid: number; command: string };

/** Living processes that got a marker of an attempt whose id holds one of the texts, or that work below the folder. */
export function findRecipeProcesses(attempts: readonly string[], folder?: string): FoundProcess[] {
  return findProcesses((pid) => {
    const marker = /(?:^|\0)CRAFTING_ATTEMPT=([^\0]*)/.exec(read(`/proc/${pid}/environ`))?.[1];
    if (marker !== undefined && attempts.some((attempt) => marker.includes(attempt))) return true;
    return folder !== undefined && `${workingFolder(pid)}/`.startsWith(`${folder}/`);
  });
}

/** Living processes whose command line holds the text. */
export function findProcessesCalled(text: string): FoundProcess[] {
  return findProcesses((pid) => commandLine(pid).includes(text));
}

/** The command lines of all living processes, a line each: what anybody on the machine can see. */
export function commandLines(): string {
  return findProcesses(() => true)
    .map(({ command }) => command)
    .join('\n');
}

/** The numbers of the living processes that this one has started. */
export function findChildren(parent: number): number[] {
  const isChild = (pid: number) => new RegExp(`^PPid:\\t${parent}$`, 'm').test(read(`/proc/${pid}/status`));
  return findProcesses(isChild).map(({ pid }) => pid);
}

export function isAlive(pid: number): boolean {
  return !isZombie(pid);
}

function findProcesses(isMeant: (pid: number) => boolean): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isMeant(pid) && !isZombie(pid))
    .map((pid) => ({ pid, command: commandLine(pid) }));
}

function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ''; // It ended meanwhile.
  }
}

function isZombie(pid: number): boolean {
  return !/^State:\s+[^ZX]/m.test(read(`/proc/${pid}/status`));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // As above.
  }
}

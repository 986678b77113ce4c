import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Fixed folders, not PATH: neither the worker's nor a recipe's environment can put another program in their place. */
const FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/run/current-system/sw/bin'];

/** A program stays where it was found, and every recipe asks. */
const found = new Map<string, string>();

/** The absolute path of one of the system's own programs. Throws when no folder has it. */
export function findProgram(name: string): string {
  const path = lookUp(name);
  if (path === undefined) throw new Error(`The program ${name} is in none of ${FOLDERS.join(', ')}`);
  return path;
}

export function hasProgram(name: string): boolean {
  return lookUp(name) !== undefined;
}

function lookUp(name: string): string | undefined {
  const path = found.get(name) ?? FOLDERS.map((folder) => join(folder, name)).find(isExecutable);
  if (path !== undefined) found.set(name, path);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// What the worker and fork-server.pl say to each other.
//
// A request is a frame: its length, then its fields, each after its own length (32 bits, big-endian). Fields are bytes.
//   start <id> <0|1: gets descriptor 3> <cwd> <n> <view>{n} <n> <argument>{n} <NAME=value>...
//   opened <id>                       the worker has opened the output, so that the server may close its own reading end
// An answer is a line of words.
//   ready
//   running <id> <pid> <descriptor of the output's reading end in the server>
//   failed <id> <why>
//   exited <id> <code> <signal> <0|1: the wrapper said that the recipe is about to run>
import type { ContainedCommand } from './contain-command.ts';
import type { RecipePlace, RecipeView } from './spawner.ts';

export type Answer =
  | { verb: 'ready' }
  | { verb: 'running'; id: string; pid: number; descriptor: number }
  | { verb: 'failed'; id: string; why: string }
  | { verb: 'exited'; id: string; code: number; signal: number; hasStarted: boolean };

/** Throws when something has a NUL byte in it, which would cut it short for the system. */
export function startRequest(id: string, command: ContainedCommand, place: RecipePlace): Buffer {
  const { cwd, env, view } = place;
  const words = [command.file, ...command.arguments];
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const isWrapped = command.wrappers > 0 ? '1' : '0';
  const counted = (list: string[]) => [String(list.length), ...list];
  const fields = ['start', id, isWrapped, cwd, ...counted(viewWords(view)), ...counted(words), ...variables];
  if (fields.some((field) => field.includes('\0')))
    throw new Error('A command, its folder or a variable of its environment has a NUL byte in it');
  return frame(fields);
}

export function openedRequest(id: string): Buffer {
  return frame(['opened', id]);
}

/** One line without its end. Throws when it is none of the answers: then the server is not ours. */
export function parseAnswer(line: string): Answer {
  const [verb, id = '', ...rest] = line.split(' ');
  const [first, second, third] = rest.map(Number);
  if (verb === 'ready') return { verb };
  if (verb === 'failed') return { verb, id, why: rest.join(' ').trim() };
  if (verb === 'running' && second !== undefined) return { verb, id, pid: first!, descriptor: second };
  if (verb === 'exited' && third !== undefined)
    return { verb, id, code: first!, signal: second!, hasStarted: third === 1 };
  throw new Error(`The fork server gave an answer that is none: ${line}`);
}

/** As recipe-view.pl takes them. */
function viewWords(view: RecipeView | undefined): string[] {
  if (view === undefined) return [];
  return [
    ...view.hidden.map((folder) => `hide ${folder}`),
    ...view.own.map((folder) => `show ${folder}`),
    ...view.readOnly.map((folder) => `show_read_only ${folder}`),
  ];
}

function frame(fields: string[]): Buffer {
  const sizes = fields.map((field) => Buffer.byteLength(field));
  const length = sizes.reduce((sum, size) => sum + 4 + size, 0);
  const bytes = Buffer.allocUnsafe(4 + length);
  let at = bytes.writeUInt32BE(length);
  for (const [index, field] of fields.entries()) {
    at = bytes.writeUInt32BE(sizes[index]!, at);
    at += bytes.write(field, at);
  }
  return bytes;
}

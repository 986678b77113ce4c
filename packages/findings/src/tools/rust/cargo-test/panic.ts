// `thread 'tests::sums' (7698) panicked at src/lib.rs:2:11:` and, before 1.73, `panicked at 'message', src/lib.rs:2:11`.
import type { StatedPlace } from '../../../core/finding-collector.ts';
import type { PathResolver } from '../../../core/repository-path.ts';

export type Panic = { thread: string; message: string; place?: StatedPlace };

const NEW =
  /^thread '(?<thread>[^']{1,400})' (?:\(\d{1,20}\) )?panicked at (?<place>[^\s'][^']{0,400}:\d{1,7}:\d{1,7}):$/;
const OLD = /^thread '(?<thread>[^']{1,400})' (?:\(\d{1,20}\) )?panicked at '(?<rest>.*)$/;
const PLACE = /^(?<path>.{1,400}?):(?<line>\d{1,7}):(?<col>\d{1,7})$/;
const FRAME = /^ {6,30}at (?<place>\S{1,400}:\d{1,7}:\d{1,7})$/;
const NO_PANIC = /^note: test did not panic as expected at (?<place>\S{1,400}:\d{1,7}:\d{1,7})$/;

/** Every panic among the lines, in their order. */
export function readPanics(lines: readonly string[]): Panic[] {
  return lines.flatMap((line, index) => {
    const head = line.slice(0, 2000);
    const groups = NEW.exec(head)?.groups;
    if (groups?.thread !== undefined) {
      return [{ thread: groups.thread, message: (lines[index + 1] ?? '').trim(), ...placed(groups.place) }];
    }
    const old = OLD.exec(head)?.groups;
    return old?.thread === undefined
      ? []
      : [{ thread: old.thread, ...readOld(old.rest ?? '', lines, index) }];
  });
}

/** The message may have several lines; the place comes after the last quote. */
function readOld(rest: string, lines: readonly string[], index: number): Omit<Panic, 'thread'> {
  let said = rest;
  for (let i = index + 1; !/', \S{1,400}:\d{1,7}:\d{1,7}$/.test(said.slice(-500)) && i < index + 40; i++) {
    if (lines[i] === undefined) break;
    said += `\n${lines[i]}`;
  }
  const quote = said.lastIndexOf("', ");
  if (quote < 0) return { message: rest };
  const message = said.slice(0, quote).split('\n')[0] ?? '';
  return { message: message.trim(), ...placed(said.slice(quote + 3)) };
}

/** Where a test that should have panicked begins. */
export function readMissingPanic(lines: readonly string[]): StatedPlace | undefined {
  const stated = lines.map((line) => NO_PANIC.exec(line.slice(0, 600))?.groups?.place).find(Boolean);
  return placed(stated).place;
}

/** The innermost frame of the project, when the panic itself was in a library. */
export function projectFrame(lines: readonly string[], resolve: PathResolver): StatedPlace | undefined {
  for (const line of lines) {
    const { place } = placed(FRAME.exec(line.slice(0, 600))?.groups?.place);
    if (place?.path !== undefined && resolve(place.path).known) return place;
  }
  return undefined;
}

function placed(text: string | undefined): { place?: StatedPlace } {
  const groups = PLACE.exec((text ?? '').slice(0, 600))?.groups;
  if (groups?.path === undefined) return {};
  return { place: { path: groups.path, region: { line: Number(groups.line), col: Number(groups.col) } } };
}

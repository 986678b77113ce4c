// One line of GNU ld and gold: `[ld: ][main.o:]main.c:(.text+0x5): undefined reference to `f'`.
import type { StatedPlace } from '../../../core/finding-collector.ts';

export type LinkProblem = {
  rule: string;
  message: string;
  place?: StatedPlace | undefined;
  /** Where else: the first definition of two. */
  other?: StatedPlace | undefined;
  isWarning?: true;
};

const UNDEFINED = /^(?<where>[^\s`][^`]{0,800}): (?:error: )?(?<message>undefined reference to [`'‘].*)$/;
const MULTIPLE =
  /^(?<where>[^\s`][^`]{0,800}): (?:error: )?(?<message>multiple definition of [`'‘][^'’]{1,1000}['’])(?:; (?<first>.*): first defined here)?$/;
const ABSENT = /^(?:error: )?(?<message>(?:cannot find|unable to find library) (?<what>-l)?.*)$/;
const WARNING = /^(?:[^\s`][^`]{0,400}: )?warning: (?<message>.*)$/;
const OTHER_ERROR =
  /(?:relocation R_|cannot open |file (?:format )?not recognized|DSO missing from|undefined symbol|symbol\(s\) not found|overflowed by|will not fit in region|section .{1,100} overlaps|version node not found|hidden symbol)/;
const PLACE =
  /^(?:(?<object>[^:]{1,400}\.(?:o|lo|a|so|obj)(?:\([^)]{1,200}\))?):)?(?<path>[^:(][^:]{0,400})(?::(?<line>\d{1,7})|:\([^)]{1,200}\))$/;

/** Undefined when the line is no problem by itself. `rest`: without the name of the linker. */
export function readLdProblem(rest: string): LinkProblem | undefined {
  const missing = UNDEFINED.exec(rest)?.groups;
  if (missing !== undefined) return problem('undefined-reference', missing);
  const multiple = MULTIPLE.exec(rest)?.groups;
  if (multiple !== undefined) {
    return { ...problem('multiple-definition', multiple), other: readPlace(multiple.first ?? '') };
  }
  const absent = ABSENT.exec(rest)?.groups;
  if (absent !== undefined)
    return problem(absent.what === undefined ? 'file-not-found' : 'library-not-found', absent);
  const warning = WARNING.exec(rest)?.groups;
  if (warning !== undefined) return { ...problem('link-warning', warning), isWarning: true };
  return OTHER_ERROR.test(rest) ? { rule: 'link-error', message: rest } : undefined;
}

function problem(rule: string, { where, message }: Record<string, string | undefined>): LinkProblem {
  return { rule, message: message ?? '', place: readPlace(where ?? '') };
}

/** Object files have names that change from job to job; only a source file is a place. */
function readPlace(where: string): StatedPlace | undefined {
  const { path, line } = PLACE.exec(where)?.groups ?? {};
  if (path === undefined || /\.(?:o|lo|a|so|obj)$/.test(path)) return undefined;
  return { path, region: line === undefined ? undefined : { line: Number(line) } };
}

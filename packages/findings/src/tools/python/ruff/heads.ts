// The line that a problem begins with, in the layouts concise, grouped and full.
import type { RuffProblem } from './problem.ts';

const RULE = '(?<rule>[A-Z]{1,8}\\d{2,5}|invalid-syntax|unformatted)';
/** flake8 has the same codes, but begins its messages with small letters or quotes. */
const SAID = ':?(?<fix> \\[\\*\\])? (?<message>[A-Z`\\d].*)$';

const CONCISE = new RegExp(`^(?<path>[^\\s:][^:]{0,400}):(?<line>\\d{1,9}):(?<col>\\d{1,9}): ${RULE}${SAID}`);
const GROUPED = new RegExp(`^ {1,8}(?<line>\\d{1,9}):(?<col>\\d{1,9}) {1,8}${RULE}${SAID}`);
const FULL = new RegExp(`^${RULE}${SAID}`);
const ARROW = /^ {0,8}--> (?<path>[^:]{1,400}):(?<line>\d{1,9}):(?<col>\d{1,9})$/;

/** A problem without its place, and the place without its problem: `full` prints them on two lines. */
export type FullHead = Pick<RuffProblem, 'rule' | 'message' | 'fixable'>;

export function readConcise(line: string): RuffProblem | undefined {
  const groups = CONCISE.exec(line)?.groups;
  return groups && { path: groups.path ?? '', ...regionOf(groups), ...headOf(groups) };
}

/** `path`: of the heading above. */
export function readGrouped(line: string, path: string): RuffProblem | undefined {
  const groups = GROUPED.exec(line)?.groups;
  return groups && { path, ...regionOf(groups), ...headOf(groups) };
}

export function readFullHead(line: string): FullHead | undefined {
  const groups = FULL.exec(line)?.groups;
  return groups && headOf(groups);
}

export function readArrow(line: string): Pick<RuffProblem, 'path' | 'region'> | undefined {
  const groups = ARROW.exec(line)?.groups;
  return groups && { path: groups.path ?? '', ...regionOf(groups) };
}

type Groups = Record<string, string | undefined>;

function headOf(groups: Groups): FullHead {
  const fixable = groups.fix === undefined ? undefined : 'safe';
  return { rule: groups.rule ?? '', message: groups.message ?? '', fixable };
}

function regionOf(groups: Groups): Pick<RuffProblem, 'region'> {
  return { region: { line: Number(groups.line), col: Number(groups.col) } };
}

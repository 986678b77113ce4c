// Patterns of a recipe are written by somebody else, so they run on re2js, whose time is linear in the line.
import type { ProblemMatcher, ProblemPattern } from '@crafting-table/contracts/problem-matcher';
import { RE2JS, RE2Set } from 're2js';

export type CompiledPattern = {
  stated: ProblemPattern;
  /** The groups of a match, the whole one first; undefined for a group that took no part. */
  match: (line: string) => (string | undefined)[] | undefined;
};

export type CompiledPatterns =
  | { state: 'compiled'; patterns: CompiledPattern[] }
  | { state: 'refused'; note: string };

/** Memory of one automaton; past it re2js falls back to a slower search. */
const AUTOMATON_BYTES_MAX = 2 * 1024 ** 2;

export function compilePatterns(matcher: ProblemMatcher): CompiledPatterns {
  const patterns: CompiledPattern[] = [];
  for (const [index, stated] of matcher.pattern.entries()) {
    try {
      patterns.push(compile(stated));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      return { state: 'refused', note: `pattern ${index + 1} of the matcher ${matcher.owner}: ${why}` };
    }
  }
  return { state: 'compiled', patterns };
}

/** Whether a line matches at all is asked first: the automaton for that is many times faster than finding the groups. */
function compile(stated: ProblemPattern): CompiledPattern {
  const regexp = RE2JS.compile(stated.regexp);
  const groups = regexp.groupCount();
  refuseMissingGroups(stated, groups);
  const filter = new RE2Set(RE2Set.UNANCHORED, 0, AUTOMATON_BYTES_MAX);
  filter.add(stated.regexp);
  filter.compile();
  return {
    stated,
    match: (line) => {
      if (filter.match(line).length === 0) return undefined;
      const matcher = regexp.matcher(line);
      if (!matcher.find()) return undefined;
      return Array.from({ length: groups + 1 }, (_, group) => matcher.group(group) ?? undefined);
    },
  };
}

function refuseMissingGroups(stated: ProblemPattern, groups: number): void {
  for (const [name, value] of Object.entries(stated)) {
    if (typeof value === 'number' && value > groups) {
      throw new Error(`${name} is group ${value}, and there are only ${groups}`);
    }
  }
}

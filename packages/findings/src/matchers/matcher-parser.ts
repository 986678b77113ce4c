import type { ProblemMatcher } from '@crafting-table/contracts/problem-matcher';
import type { LogCollector, LogParser } from '../core/tool.ts';
import type { CompiledPattern } from './compile-patterns.ts';
import { readGroups, toDraft, type ProblemFields } from './problem.ts';

/**
 * Patterns match lines that follow one another, and what each has said adds up. The last one makes the problem; with `loop`
 * it makes one of every further line that it matches.
 */
export function createMatcherParser(
  matcher: ProblemMatcher,
  patterns: readonly CompiledPattern[],
  collector: LogCollector,
): LogParser {
  /** The pattern that the next line has to match, and what the lines before have said. */
  let next = 0;
  let said: ProblemFields = {};
  const last = patterns.length - 1;

  const tryAt = (index: number, before: ProblemFields, line: Parameters<LogParser['line']>[0]) => {
    const pattern = patterns[index];
    const groups = pattern?.match(line.head);
    if (pattern === undefined || groups === undefined) return undefined;
    const fields = { ...before, ...readGroups(pattern.stated, groups) };
    if (index < last) {
      next = index + 1;
      said = fields;
      return 'watching' as const;
    }
    collector.add(toDraft(matcher, fields, line.number));
    // In a loop the lines before keep counting, this one does not.
    next = pattern.stated.loop === true && last > 0 ? last : 0;
    said = next === 0 ? {} : before;
    return 'taken' as const;
  };

  return {
    line: (line) => {
      const before = said;
      const index = next;
      next = 0;
      said = {};
      const verdict = tryAt(index, before, line) ?? (index > 0 ? tryAt(0, {}, line) : undefined);
      return verdict ?? 'ignored';
    },
    end: () => {},
  };
}

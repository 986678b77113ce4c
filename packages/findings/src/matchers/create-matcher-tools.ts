import type { ToolRun } from '@crafting-table/contracts/finding';
import type { ProblemMatcher } from '@crafting-table/contracts/problem-matcher';
import type { Tool } from '../core/tool.ts';
import { LOG_ARTIFACT } from '../engine/log-collector.ts';
import { compilePatterns } from './compile-patterns.ts';
import { createMatcherParser } from './matcher-parser.ts';

const FORMAT = 'problem-matcher';
const DOCS = ['https://code.visualstudio.com/docs/debugtest/tasks#_defining-a-problem-matcher'];

/**
 * A recipe's matchers as tools that see every line: their patterns run on an engine of their own, so they have no hints.
 * A matcher with a pattern that is none becomes a failed tool run.
 */
export function createMatcherTools(matchers: readonly ProblemMatcher[]): {
  tools: Tool[];
  faults: ToolRun[];
} {
  const tools: Tool[] = [];
  const faults: ToolRun[] = [];
  for (const matcher of matchers) {
    const compiled = compilePatterns(matcher);
    if (compiled.state === 'refused') {
      const source = { artifact: LOG_ARTIFACT, format: FORMAT };
      faults.push({ tool: matcher.owner, completeness: 'failed', source, note: compiled.note });
      continue;
    }
    tools.push({
      name: `recipe/${matcher.owner}`,
      title: matcher.owner,
      family: matcher.owner,
      versions: 'as the recipe says',
      evidence: 'documented',
      docs: DOCS,
      logs: [
        {
          format: FORMAT,
          hint: /(?!)/,
          createParser: (collector) => createMatcherParser(matcher, compiled.patterns, collector),
        },
      ],
    });
  }
  return { tools, faults };
}

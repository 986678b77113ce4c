import type { FindingsQuery } from '@crafting-table/contracts/finding-lists';
import type { FindingState } from '@crafting-table/contracts/finding-life';
import type { FindingFilter } from '@crafting-table/database/findings';

type Asked = Pick<FindingsQuery, 'kind' | 'severity' | 'tool' | 'path' | 'actionable'> &
  Partial<Pick<FindingsQuery, 'state'>>;

/** A query in the words of the database. */
export function readFilter({ state, kind, severity, tool, path, actionable }: Asked): FindingFilter {
  return {
    states: state && readStates(state),
    kinds: kind,
    severities: severity,
    tools: tool,
    pathStart: path,
    isActionable: actionable,
  };
}

/** `all` wins over whatever stands beside it. */
function readStates(words: readonly (FindingState | 'all')[]): FindingState[] | null {
  const states = words.filter((word) => word !== 'all');
  return states.length < words.length ? null : states;
}

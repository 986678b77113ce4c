import { type JsonRecord, numberAt, recordAt, stringAt } from '../../../engine/json-fields.ts';
import { SYNTAX_RULE, type RuffProblem } from './problem.ts';

/** A diagnostic of `--output-format json` or `json-lines`. Before 0.10 a syntax error had no code. */
export function readJsonProblem(record: JsonRecord): RuffProblem | undefined {
  const path = stringAt(record, 'filename');
  const message = stringAt(record, 'message');
  if (path === undefined || message === undefined) return undefined;
  const start = recordAt(record, 'location');
  const end = recordAt(record, 'end_location');
  const fix = recordAt(record, 'fix');
  const applicability = stringAt(fix, 'applicability');
  return {
    rule: stringAt(record, 'code') ?? SYNTAX_RULE,
    message,
    path,
    region: {
      line: numberAt(start, 'row'),
      col: numberAt(start, 'column'),
      endLine: numberAt(end, 'row'),
      endCol: numberAt(end, 'column'),
    },
    name: stringAt(record, 'name'),
    url: stringAt(record, 'url'),
    fixable: applicability === 'safe' || applicability === 'unsafe' ? applicability : undefined,
    help: stringAt(fix, 'message'),
  };
}

import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  field,
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { type Offense, offenseToDraft } from './offense.ts';

/** `{files: [{offenses: [offense`: four brackets are open around an offense, and the path comes before the list. */
const OFFENSE_DEPTH = 4;

export function parseRubocopJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'rubocop', recordDepth: OFFENSE_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  let offenses = 0;
  for (const inspected of recordsAt(root, 'files')) {
    for (const stated of recordsAt(inspected, 'offenses')) {
      offenses += 1;
      const offense = readOffense(stated, stringAt(inspected, 'path') ?? '');
      if (field(stated, 'corrected') !== true) collector.add(offenseToDraft(offense));
    }
  }
  const claimed = numberAt(recordAt(root, 'summary'), 'offense_count');
  report.close({
    completeness: claimed === undefined ? 'unknown' : 'complete',
    version: stringAt(recordAt(root, 'metadata'), 'rubocop_version'),
    claimed: claimed === undefined ? undefined : { offenses: claimed },
    parsed: { offenses },
  });
}

function readOffense(stated: JsonRecord, path: string): Offense {
  const location = recordAt(stated, 'location');
  const endCol = numberAt(location, 'last_column');
  return {
    path,
    region: {
      line: numberAt(location, 'start_line'),
      col: numberAt(location, 'start_column'),
      endLine: numberAt(location, 'last_line'),
      endCol: endCol === undefined ? undefined : endCol + 1,
    },
    severity: stringAt(stated, 'severity') ?? '',
    cop: stringAt(stated, 'cop_name') ?? '',
    message: stringAt(stated, 'message') ?? '',
    correctable: field(stated, 'correctable') === true,
  };
}

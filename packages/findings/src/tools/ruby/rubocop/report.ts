import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  asRecord,
  field,
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { readJson } from '../../../engine/read-json.ts';
import { type Offense, offenseToDraft } from './offense.ts';

/** `{files: [{offenses: [offense`: four brackets are open around an offense, and the path comes before the list. */
const OFFENSE_DEPTH = 4;

export function parseRubocopJson(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('rubocop');
  const json = readJson(file.bytes, OFFENSE_DEPTH);
  if (json.state === 'unreadable')
    return reader.close(collector, { completeness: 'failed', note: json.note });
  const root = asRecord(json.value);
  let offenses = 0;
  for (const inspected of recordsAt(root, 'files')) {
    for (const stated of recordsAt(inspected, 'offenses')) {
      offenses += 1;
      const offense = readOffense(stated, stringAt(inspected, 'path') ?? '');
      if (field(stated, 'corrected') !== true) collector.add(offenseToDraft(offense));
    }
  }
  const claimed = numberAt(recordAt(root, 'summary'), 'offense_count');
  reader.close(collector, {
    ...(json.state === 'cut'
      ? { completeness: 'partial', note: json.note }
      : { completeness: claimed === undefined ? 'unknown' : 'complete' }),
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

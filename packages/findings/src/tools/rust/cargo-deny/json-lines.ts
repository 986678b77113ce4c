import type { LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import {
  asRecord,
  isRecord,
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { parseJsonLine } from '../../../engine/json-line.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import {
  countDiagnostic,
  type DenyDiagnostic,
  denyDiagnosticToDraft,
  judgeCheck,
  openCheck,
  UNASKED,
} from './diagnostic.ts';

/** `--format json`: one diagnostic a line on standard error, then the counts by check. */
export function createCargoDenyJsonParser(collector: LogCollector): LogParser {
  let check = openCheck();

  const readDiagnostic = (fields: JsonRecord, line: LogLine) => {
    const diagnostic = toDiagnostic(fields, line.number);
    if (diagnostic === undefined) return;
    countDiagnostic(check, diagnostic);
    if (!UNASKED.has(diagnostic.code)) collector.add(denyDiagnosticToDraft(diagnostic, collector));
  };

  const readSummary = (fields: JsonRecord) => {
    const claimed = { errors: sumOf(fields, 'errors'), warnings: sumOf(fields, 'warnings') };
    collector.closeRun({ ...judgeCheck(check), claimed });
    check = openCheck();
  };

  return {
    line: (line) => {
      const record = asRecord(parseJsonLine(line.text));
      const type = stringAt(record, 'type');
      const fields = recordAt(record, 'fields');
      if (type === 'diagnostic' && stringAt(fields, 'severity') !== undefined) readDiagnostic(fields, line);
      else if (type === 'summary') readSummary(fields);
      else if (type === 'log' && stringAt(fields, 'level') === 'ERROR') {
        reportToolFault(collector, { text: stringAt(fields, 'message') ?? 'error', logLine: line.number });
        check = openCheck();
      } else return 'ignored';
      return 'taken';
    },
    end: () => {
      if (check.errors + check.warnings === 0) return;
      const { parsed } = judgeCheck(check);
      collector.closeRun({ completeness: 'partial', parsed, note: 'the output ends before the summary' });
    },
  };
}

/** Undefined for what only informs. */
function toDiagnostic(fields: JsonRecord, logLine: number): DenyDiagnostic | undefined {
  const level = stringAt(fields, 'severity');
  if (level !== 'error' && level !== 'warning') return undefined;
  const krate = recordAt(asRecord(recordsAt(fields, 'graphs')[0]), 'Krate');
  const name = stringAt(krate, 'name');
  const advisory = recordAt(fields, 'advisory');
  return {
    level,
    code: stringAt(fields, 'code') ?? 'diagnostic',
    message: stringAt(fields, 'message') ?? '(no message)',
    notes: stringsAt(fields, 'notes'),
    crate: name === undefined ? undefined : { name, version: stringAt(krate, 'version') ?? '' },
    aliases: stringsAt(advisory, 'aliases'),
    vector: stringAt(advisory, 'cvss'),
    logLine,
  };
}

function sumOf(fields: JsonRecord, level: string): number {
  return Object.values(fields)
    .filter(isRecord)
    .reduce((sum, counts) => sum + (numberAt(counts, level) ?? 0), 0);
}

import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { type JsonRecord, numberAt, recordAt, recordsAt, stringAt } from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { levelFromWord } from '../../../core/severity.ts';
import { toDraft } from './diagnostic.ts';

/** `{diagnostics: [diagnostic`: two brackets are open around a diagnostic. */
const DIAGNOSTIC_DEPTH = 2;

export function parseBiomeJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'biome', recordDepth: DIAGNOSTIC_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const summary = recordAt(root, 'summary');
  const parsed = { errors: 0, warnings: 0 };
  for (const diagnostic of recordsAt(root, 'diagnostics')) {
    const draft = readDiagnostic(diagnostic);
    if (draft.level === 'error') parsed.errors += 1;
    else if (draft.level === 'warning') parsed.warnings += 1;
    collector.add(draft);
  }
  const claimed = { errors: numberAt(summary, 'errors') ?? 0, warnings: numberAt(summary, 'warnings') ?? 0 };
  report.close({ completeness: 'complete', claimed, parsed });
}

/** A place of 0:0 is the whole file. */
function readDiagnostic(diagnostic: JsonRecord) {
  const location = recordAt(diagnostic, 'location');
  const start = recordAt(location, 'start');
  const end = recordAt(location, 'end');
  return toDraft({
    path: stringAt(location, 'path') ?? '',
    region: {
      line: numberAt(start, 'line'),
      col: numberAt(start, 'column'),
      endLine: numberAt(end, 'line'),
      endCol: numberAt(end, 'column'),
    },
    category: stringAt(diagnostic, 'category') ?? 'biome',
    level: levelFromWord(stringAt(diagnostic, 'severity') ?? '') ?? 'error',
    message: stringAt(diagnostic, 'message') ?? '',
  });
}

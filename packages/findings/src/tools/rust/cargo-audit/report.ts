import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  isRecord,
  type JsonRecord,
  listAt,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { cvssOfVector } from '../../generic/cvss-score.ts';
import { type AuditEntry, auditEntryToDraft } from './entry.ts';

/** `{vulnerabilities: {list: [entry`. */
const ENTRY_DEPTH = 3;

/** `--json`: the flaws in one list with its count, the warnings in lists by kind without one. */
export function parseCargoAuditJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'cargo-audit', recordDepth: ENTRY_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const vulnerabilities = recordAt(root, 'vulnerabilities');
  const flaws = recordsAt(vulnerabilities, 'list').map((entry) => readEntry(entry, undefined));
  const kinds = recordAt(root, 'warnings');
  const warnings = Object.keys(kinds).flatMap((kind) =>
    listAt(kinds, kind)
      .filter(isRecord)
      .map((entry) => readEntry(entry, kind)),
  );
  for (const entry of [...flaws, ...warnings]) collector.add(auditEntryToDraft(entry, collector));
  const claimed = numberAt(vulnerabilities, 'count');
  report.close({
    completeness: 'complete',
    claimed: claimed === undefined ? undefined : { vulnerabilities: claimed },
    parsed: { vulnerabilities: flaws.length, warnings: warnings.length },
  });
}

function readEntry(entry: JsonRecord, warning: string | undefined): AuditEntry {
  const crate = recordAt(entry, 'package');
  const advisory = recordAt(entry, 'advisory');
  const id = stringAt(advisory, 'id');
  const vector = stringAt(advisory, 'cvss');
  return {
    crate: { name: stringAt(crate, 'name') ?? '(no name)', version: stringAt(crate, 'version') ?? '' },
    id,
    warning,
    aliases: stringsAt(advisory, 'aliases'),
    title: stringAt(advisory, 'title') ?? warning ?? id ?? '(no title)',
    // What the text prints: the page of the database, not the one that the advisory refers to.
    url: id === undefined ? undefined : `https://rustsec.org/advisories/${id}`,
    detail: stringAt(advisory, 'description'),
    cvss: vector === undefined ? [] : [cvssOfVector(vector)],
    patched: stringsAt(recordAt(entry, 'versions'), 'patched'),
  };
}

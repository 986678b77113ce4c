import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { advisoryToDraft, type GemAdvisory, insecureSourceToDraft } from './advisory.ts';

/** `{results: [result`: two brackets are open around a result. */
const RESULT_DEPTH = 2;

export function parseBundlerAuditJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'bundler-audit', recordDepth: RESULT_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const results = recordsAt(root, 'results');
  for (const result of results) {
    const source = stringAt(result, 'source');
    if (source === undefined) collector.add(advisoryToDraft(readResult(result), collector));
    else collector.add(insecureSourceToDraft(source));
  }
  report.close({
    completeness: 'complete',
    version: stringAt(root, 'version'),
    parsed: { results: results.length },
  });
}

function readResult(result: JsonRecord): GemAdvisory {
  const gem = recordAt(result, 'gem');
  const advisory = recordAt(result, 'advisory');
  const name = stringAt(gem, 'name') ?? '(no name)';
  const cve = stringAt(advisory, 'cve');
  const ghsa = stringAt(advisory, 'ghsa');
  const osvdb = numberAt(advisory, 'osvdb');
  const ids = [
    ...(cve === undefined ? [] : [`CVE-${cve}`]),
    ...(ghsa === undefined ? [] : [`GHSA-${ghsa}`]),
    ...(osvdb === undefined ? [] : [`OSVDB-${osvdb}`]),
  ];
  return {
    name,
    version: stringAt(gem, 'version') ?? '',
    title: stringAt(advisory, 'title') ?? `vulnerability in ${name}`,
    ids: ids.length > 0 ? ids : [stringAt(advisory, 'id') ?? ''].filter((id) => id !== ''),
    url: stringAt(advisory, 'url'),
    criticality: stringAt(advisory, 'criticality'),
    patched: stringsAt(advisory, 'patched_versions'),
    description: stringAt(advisory, 'description'),
  };
}

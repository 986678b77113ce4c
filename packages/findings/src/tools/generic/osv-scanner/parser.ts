import type { FindingCollector } from '../../../core/finding-collector.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  field,
  type JsonRecord,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { type KnownFlaw, toFlawDraft } from '../known-flaw.ts';
import { fixedVersions, isWithdrawn, readOsvFacts } from './osv-record.ts';

/** `{results: [{source, packages: [package`: four brackets are open around a package. */
const PACKAGE_DEPTH = 4;

/** Version 1 and 2 of the scanner: `{results: [{source, packages: [{package, vulnerabilities, groups}]}]}`. */
export function parseOsvScanner(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'osv-scanner', recordDepth: PACKAGE_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const results = recordsAt(root, 'results');
  let packages = 0;
  for (const result of results) {
    const source = recordAt(result, 'source');
    for (const entry of recordsAt(result, 'packages')) {
      packages += 1;
      readPackage(entry, source, collector);
    }
  }
  report.close({ completeness: 'complete', parsed: { sources: results.length, packages } });
}

function readPackage(entry: JsonRecord, source: JsonRecord, collector: FindingCollector): void {
  const vulnerabilities = recordsAt(entry, 'vulnerabilities').filter((record) => !isWithdrawn(record));
  for (const group of groupsOf(entry, vulnerabilities)) {
    collector.add(toFlawDraft(readGroup(group, entry, source), collector));
  }
  const licenses = stringsAt(entry, 'license_violations');
  if (licenses.length > 0) collector.add(licenseDraft(licenses, entry));
}

type Group = { ids: string[]; aliases: string[]; group: JsonRecord; records: JsonRecord[] };

/** A group holds the records of one flaw. Old versions leave groups out: then each record is its own. */
function groupsOf(entry: JsonRecord, vulnerabilities: JsonRecord[]): Group[] {
  const byId = new Map(vulnerabilities.map((record) => [stringAt(record, 'id') ?? '', record]));
  const stated = recordsAt(entry, 'groups').map((group) => {
    const ids = stringsAt(group, 'ids');
    const records = ids.map((id) => byId.get(id)).filter((record) => record !== undefined);
    for (const id of ids) byId.delete(id);
    return { ids, aliases: stringsAt(group, 'aliases'), group, records };
  });
  const alone = [...byId].map(([id, record]) => ({ ids: [id], aliases: [], group: {}, records: [record] }));
  return [...stated.filter(({ records }) => records.length > 0), ...alone];
}

function readGroup(
  { ids, aliases, group, records }: Group,
  entry: JsonRecord,
  source: JsonRecord,
): KnownFlaw {
  const about = recordAt(entry, 'package');
  const name = stringAt(about, 'name') ?? stringAt(about, 'commit') ?? '(no name)';
  const ecosystem = stringAt(about, 'ecosystem') ?? 'unknown';
  const installed = stringAt(about, 'version');
  const facts = records.map(readOsvFacts);
  const first = facts.find(({ severityWord }) => severityWord !== undefined) ?? facts[0]!; // No group without a record.
  const fixed = records
    .map((record) => fixedVersions(record, ecosystem, name))
    .filter((versions) => versions !== undefined);
  const isDev = stringsAt(entry, 'dependency_groups').some((word) => /^(?:dev|test|develop)/i.test(word));
  const score = Number(stringAt(group, 'max_severity') ?? 'none');
  return {
    ...first,
    title: first.title ?? facts.find(({ title }) => title !== undefined)?.title,
    ids: [...ids, ...aliases, ...facts.flatMap((fact) => [...fact.ids])],
    package: {
      ecosystem,
      name,
      ...(fixed.length === 0 ? {} : { fixed: [...new Set(fixed.flat())] }),
      ...(installed === undefined ? {} : { installed }),
      ...(isDev ? { dev_only: true } : {}),
    },
    source: stringAt(source, 'path'),
    // The scanner's own number, for flaws whose vectors we cannot weigh.
    severityWord: first.severityWord,
    cvss: withScore(first.cvss ?? [], score),
    reachability: reachabilityOf(ids, group),
    extra: { source_type: stringAt(source, 'type'), ...first.extra },
  };
}

function withScore(cvss: NonNullable<KnownFlaw['cvss']>, score: number): NonNullable<KnownFlaw['cvss']> {
  if (!(score >= 0 && score <= 10) || cvss.some((one) => one.score !== undefined)) return cvss;
  return [...cvss, { score, source: 'osv-scanner' }];
}

/** With call analysis on, the scanner says of each id whether the project's code gets there. */
function reachabilityOf(ids: readonly string[], group: JsonRecord): KnownFlaw['reachability'] {
  const analysis = recordAt(group, 'experimentalAnalysis');
  const other = recordAt(group, 'experimental_analysis');
  const calls = ids.map((id) => field(recordAt({ ...analysis, ...other }, id), 'called'));
  if (calls.includes(true)) return 'called';
  return calls.includes(false) ? 'required' : undefined;
}

function licenseDraft(
  licenses: readonly string[],
  entry: JsonRecord,
): Parameters<FindingCollector['add']>[0] {
  const about = recordAt(entry, 'package');
  const name = stringAt(about, 'name') ?? '(no name)';
  const installed = stringAt(about, 'version');
  return {
    kind: 'license',
    severity: 'medium',
    level: 'error',
    text: `${name}: the licence ${licenses.slice(0, 20).join(', ')} is not allowed`,
    rule: { id: 'license-violation' },
    package: {
      ecosystem: stringAt(about, 'ecosystem') ?? 'unknown',
      name,
      ...(installed === undefined ? {} : { installed }),
    },
  };
}

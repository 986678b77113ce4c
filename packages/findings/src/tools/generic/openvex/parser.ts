import type { PackageDetail, Vex } from '@crafting-table/contracts/finding';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  asRecord,
  field,
  isRecord,
  type JsonRecord,
  listAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { type KnownFlaw, toFlawDraft } from '../known-flaw.ts';
import { packageOfPurl } from '../package-url.ts';

/** `{statements: [statement`: two brackets are open around a statement. */
const STATEMENT_DEPTH = 2;
const STATUSES = new Set<unknown>(['not_affected', 'affected', 'fixed', 'under_investigation']);

/** One finding for each statement and package. A later statement on the same package replaces an earlier one. */
export function parseOpenVex(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'openvex', recordDepth: STATEMENT_DEPTH });
  if (report === undefined) return;
  const { collector, root: document } = report;
  const statements = recordsAt(document, 'statements');
  const latest = new Map<string, KnownFlaw>();
  let unread = 0;
  for (const statement of statements) {
    const flaws = readStatement(statement);
    if (flaws.length === 0) unread += 1;
    for (const flaw of flaws) latest.set(`${flaw.package.purl ?? flaw.package.name}\n${flaw.ids[0]}`, flaw);
  }
  for (const flaw of latest.values()) collector.add(toFlawDraft(flaw, collector));
  report.close({
    completeness: unread > 0 ? 'partial' : 'complete',
    note: unread > 0 ? `${unread} statements could not be read` : undefined,
    version: stringAt(document, 'tooling'),
    parsed: { statements: statements.length },
  });
}

function readStatement(statement: JsonRecord): KnownFlaw[] {
  const vex = readVex(statement);
  const ids = readIds(statement);
  if (vex === undefined || ids.length === 0) return [];
  const about = recordAt(statement, 'vulnerability');
  return packagesOf(statement).map(({ affected, product }) => ({
    package: affected,
    ids,
    title: stringAt(about, 'description')?.split('\n', 1)[0],
    detail: stringAt(statement, 'impact_statement') ?? stringAt(statement, 'status_notes'),
    url: stringAt(about, '@id'),
    vex,
    help: stringAt(statement, 'action_statement'),
    extra: { product, status_notes: stringAt(statement, 'status_notes') },
  }));
}

function readVex(statement: JsonRecord): Vex | undefined {
  const status = field(statement, 'status');
  if (!STATUSES.has(status)) return undefined;
  const justification = stringAt(statement, 'justification') ?? stringAt(statement, 'impact_statement');
  const stated = { status: status as Vex['status'] }; // One of the set.
  return justification === undefined ? stated : { ...stated, justification };
}

/** Version 0.0.1 named the flaw by a plain string. */
function readIds(statement: JsonRecord): string[] {
  const plain = stringAt(statement, 'vulnerability');
  const about = recordAt(statement, 'vulnerability');
  const name = plain ?? stringAt(about, 'name') ?? stringAt(about, '@id');
  return name === undefined ? [] : [name, ...stringsAt(about, 'aliases')];
}

/** The subcomponents carry the flaw where they are named, else the products. Version 0.0.1 wrote plain strings. */
function packagesOf(statement: JsonRecord): { affected: PackageDetail; product: string | undefined }[] {
  const products = listAt(statement, 'products');
  const packages = products.flatMap((product) => {
    const name = nameOf(product);
    const inner = isRecord(product) ? listAt(product, 'subcomponents') : [];
    const carriers = inner.length > 0 ? inner : [product];
    return carriers.map((carrier) => ({ affected: toPackage(nameOf(carrier)), product: name }));
  });
  return packages.length > 0 ? packages : [{ affected: toPackage(undefined), product: undefined }];
}

function nameOf(product: unknown): string | undefined {
  if (typeof product === 'string') return product;
  const record = asRecord(product);
  return stringAt(recordAt(record, 'identifiers'), 'purl') ?? stringAt(record, '@id');
}

function toPackage(name: string | undefined): PackageDetail {
  const byPurl = name === undefined ? undefined : packageOfPurl(name);
  return byPurl ?? { ecosystem: 'unknown', name: name ?? '(the product)' };
}

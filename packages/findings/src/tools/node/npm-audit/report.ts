import type { FindingCollector } from '../../../core/finding-collector.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  field,
  isRecord,
  type JsonRecord,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { parseAuditJson } from '../audit-json.ts';
import { readCvss, readCwe, toVulnerabilityDraft, type Vulnerability } from '../vulnerability.ts';

const LOCK_FILE = 'package-lock.json';

/** Report version 2: `{vulnerabilities: {name: {via: [advisory or name of a package], fixAvailable, ...}}}`. */
export function parseNpmAuditJson(file: ReportFile, reader: ReportReader): void {
  parseAuditJson(file, reader, 'npm-audit', readPackages);
}

/** A package whose `via` names only packages has no flaw of its own: it is told with theirs. */
function readPackages(root: JsonRecord, collector: FindingCollector): number {
  const packages = Object.values(recordAt(root, 'vulnerabilities')).filter(isRecord);
  for (const affected of packages) {
    for (const advisory of recordsAt(affected, 'via')) {
      collector.add(toVulnerabilityDraft(readVia(affected, advisory), LOCK_FILE, collector));
    }
  }
  return packages.length;
}

function readVia(affected: JsonRecord, advisory: JsonRecord): Vulnerability {
  const name = stringAt(advisory, 'name') ?? stringAt(affected, 'name') ?? '(no name)';
  const isDirect = field(affected, 'isDirect');
  const effects = stringsAt(affected, 'effects');
  return {
    name,
    title: stringAt(advisory, 'title') ?? `vulnerability in ${name}`,
    severity: stringAt(advisory, 'severity') ?? '',
    url: stringAt(advisory, 'url'),
    range: stringAt(advisory, 'range'),
    direct: typeof isDirect === 'boolean' ? isDirect : undefined,
    cwe: readCwe(advisory),
    cvss: readCvss(advisory),
    ...readFix(name, field(affected, 'fixAvailable')),
    ...(effects.length > 0 ? { extra: { effects: effects.slice(0, 20) } } : {}),
  };
}

/** What npm would install; `false` says that it sees no way, not that no version is fixed. */
function readFix(name: string, fix: unknown): Pick<Vulnerability, 'fixed' | 'help'> {
  if (fix === false) return { help: 'npm knows no fix' };
  if (fix === true) return { help: 'npm audit fix' };
  if (!isRecord(fix)) return {};
  const other = stringAt(fix, 'name') ?? name;
  const version = stringAt(fix, 'version');
  if (version === undefined) return {};
  const help = `upgrade ${other} to ${version}${field(fix, 'isSemVerMajor') === true ? ', a breaking change' : ''}`;
  return other === name ? { fixed: [version], help } : { help };
}

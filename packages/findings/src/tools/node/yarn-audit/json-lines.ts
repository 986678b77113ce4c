import type { LogCollector, LogParser } from '../../../core/tool.ts';
import {
  asRecord,
  field,
  type JsonRecord,
  numberAt,
  recordAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { readAdvisory } from '../audit-json.ts';
import { toToolFault } from '../tool-fault.ts';
import { toVulnerabilityDraft } from '../vulnerability.ts';

export const LOCK_FILE = 'yarn.lock';

/** One JSON value per line: `{type, data}` of yarn 1, `{value, children}` of berry, which states no total. */
export function createYarnJsonParser(collector: LogCollector): LogParser {
  let vulnerabilities = 0;

  const readFlaw = (data: JsonRecord) => {
    const resolution = recordAt(data, 'resolution');
    const way = stringAt(resolution, 'path')?.replaceAll('>', ' > ');
    const flaw = readAdvisory(recordAt(data, 'advisory'))[0];
    const isDev = field(resolution, 'dev');
    vulnerabilities += 1;
    if (flaw === undefined) return;
    const paths = way === undefined ? (flaw.paths ?? []) : [way];
    const devOnly = typeof isDev === 'boolean' ? isDev : flaw.devOnly;
    collector.add(toVulnerabilityDraft({ ...flaw, paths, devOnly }, LOCK_FILE, collector));
  };

  const closeRun = (data: JsonRecord) => {
    const counts = Object.values(recordAt(data, 'vulnerabilities')).filter(
      (count) => typeof count === 'number',
    );
    const claimed = { vulnerabilities: counts.reduce((sum, count) => sum + count, 0) };
    collector.closeRun({ completeness: 'complete', claimed, parsed: { vulnerabilities } });
    vulnerabilities = 0;
  };

  return {
    line: ({ text, number }) => {
      const record = parse(text);
      const type = stringAt(record, 'type');
      if (type === 'auditAdvisory') readFlaw(recordAt(record, 'data'));
      else if (type === 'auditSummary') closeRun(recordAt(record, 'data'));
      else if (type === 'error') {
        const words = stringAt(record, 'data') ?? '';
        // Every command of yarn 1 tells its errors in this way.
        if (!/\/security\/audits|audit/i.test(words.slice(0, 500))) return 'ignored';
        collector.add(toToolFault(words, number));
        collector.closeRun({ completeness: 'failed', note: words.split('\n')[0] });
      } else if (stringAt(record, 'value') !== undefined) addBerry(record, collector);
      else return 'ignored';
      return 'taken';
    },
    end: () => {
      if (vulnerabilities === 0) return;
      collector.closeRun({
        completeness: 'partial',
        parsed: { vulnerabilities },
        note: 'the log ends before the summary',
      });
    },
  };
}

function addBerry(record: JsonRecord, collector: LogCollector): void {
  const flaw = recordAt(record, 'children');
  const id = numberAt(flaw, 'ID');
  collector.add(
    toVulnerabilityDraft(
      {
        name: stringAt(record, 'value') ?? '(no name)',
        title: stringAt(flaw, 'Issue') ?? 'unnamed vulnerability',
        severity: stringAt(flaw, 'Severity') ?? '',
        url: stringAt(flaw, 'URL'),
        ids: id === undefined ? [] : [`npm-${id}`],
        range: stringAt(flaw, 'Vulnerable Versions'),
        installed: stringsAt(flaw, 'Tree Versions').join(', '),
        paths: stringsAt(flaw, 'Dependents'),
      },
      LOCK_FILE,
      collector,
    ),
  );
}

function parse(text: string): JsonRecord {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return {}; // A line that was cut off, or somebody else's.
  }
}

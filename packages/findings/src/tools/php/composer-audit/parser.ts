import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { abandonedToDraft, advisoryToDraft, idsInUrl } from './advisory.ts';

const FOUND =
  /^Found (?<count>\d{1,7}) (?:ignored )?security vulnerability advisor(?:y|ies) affecting \d{1,7} packages?(?<end>[.:])/;
const ABANDONED = /^Found \d{1,7} abandoned packages?:/;
const CLEAN = /^No security vulnerability advisories found/;
const EMPTY = /^No packages - skipping audit/;
const FAULT =
  /^ {2}(?:The "https?:\S{1,400}" file could not be downloaded|Valid composer\.json and composer\.lock files are required)/;
const PLAIN = /^(?<key>[A-Z][A-Za-z ]{1,30}): ?(?<value>.*)$/;
const BORDER = /^\+[-+]{3,400}\+$/;

type Row = { key: string; value: string };

/** The heading and the tables may come in any order, because they go to different streams. */
export function createComposerAuditParser(collector: LogCollector): LogParser {
  let fields: Map<string, string> | undefined;
  let lastKey = '';
  let logLine = 0;
  let isAbandoned = false;
  let advisories = 0;
  let claimed: number | undefined;

  const closeRun = () => {
    const totals = claimed === undefined ? undefined : { advisories: claimed };
    collector.closeRun({
      completeness: claimed === undefined ? 'partial' : 'complete',
      claimed: totals,
      parsed: { advisories },
    });
    advisories = 0;
    claimed = undefined;
  };

  const closeAdvisory = () => {
    const name = fields?.get('Package');
    if (fields !== undefined && name !== undefined) {
      collector.add(advisoryToDraft(toAdvisory(name, fields, logLine), collector));
      advisories += 1;
    }
    fields = undefined;
    if (claimed !== undefined && advisories >= claimed) closeRun();
  };

  const readField = ({ key, value }: Row, line: LogLine): LineVerdict => {
    if (key === 'Package' && fields?.has('Package')) closeAdvisory();
    if (fields === undefined) {
      if (key !== 'Package') return 'ignored';
      fields = new Map();
      logLine = line.number;
    }
    if (key === '') {
      const joint = lastKey === 'URL' ? '' : ' ';
      fields.set(lastKey, `${fields.get(lastKey) ?? ''}${joint}${value}`);
    } else {
      fields.set(key, value);
      lastKey = key;
    }
    return 'reading';
  };

  const readRow = (row: Row, line: LogLine): LineVerdict => {
    if (row.key === 'Abandoned Package') isAbandoned = true;
    else if (!isAbandoned) return readField(row, line);
    else {
      const replacement = row.value === 'none' ? undefined : row.value;
      collector.add(abandonedToDraft({ name: row.key, replacement, logLine: line.number }, collector));
    }
    return 'reading';
  };

  const readHeading = (line: LogLine): boolean => {
    const found = FOUND.exec(line.head)?.groups;
    if (found !== undefined) {
      closeAdvisory();
      if (claimed !== undefined) closeRun();
      claimed = Number(found.count);
      if (advisories >= claimed || found.end === '.') closeRun();
    } else if (CLEAN.test(line.head)) {
      collector.closeRun({
        completeness: 'complete',
        claimed: { advisories: 0 },
        parsed: { advisories: 0 },
      });
    } else if (EMPTY.test(line.head)) {
      collector.closeRun({ completeness: 'unknown', note: 'there are no packages' });
    } else if (FAULT.test(line.head)) {
      reportToolFault(collector, { text: line.text.trim(), logLine: line.number });
    } else return ABANDONED.test(line.head);
    return true;
  };

  return {
    line: (line) => {
      if (readHeading(line)) return 'taken';
      if (BORDER.test(line.head)) {
        if (!isAbandoned) closeAdvisory();
        return fields === undefined && !isAbandoned ? 'watching' : 'reading';
      }
      const row = readTableRow(line.head);
      if (row !== undefined) return readRow(row, line);
      isAbandoned = false;
      const plain = PLAIN.exec(line.head)?.groups;
      if (
        plain?.key !== undefined &&
        (fields !== undefined || (plain.key === 'Package' && claimed !== undefined))
      ) {
        return readField({ key: plain.key, value: plain.value ?? '' }, line);
      }
      closeAdvisory();
      return 'ignored';
    },
    end: () => {
      closeAdvisory();
      if (claimed !== undefined || advisories > 0) closeRun();
    },
  };
}

/** `| key | value |`; the value may hold bars of its own. */
function readTableRow(line: string): Row | undefined {
  if (!line.startsWith('| ') || !line.endsWith(' |')) return undefined;
  const bar = line.indexOf(' |', 1);
  if (bar < 0 || bar >= line.length - 2) return undefined;
  return { key: line.slice(2, bar).trim(), value: line.slice(bar + 2, -1).trim() };
}

function toAdvisory(name: string, fields: ReadonlyMap<string, string>, logLine: number) {
  const url = fields.get('URL') || undefined;
  const cve = fields.get('CVE');
  const own = fields.get('Advisory ID');
  return {
    name,
    title: fields.get('Title') ?? `vulnerability in ${name}`,
    ids: [
      ...(cve === undefined || cve === 'NO CVE' ? [] : [cve]),
      ...idsInUrl(url),
      ...(own === undefined ? [] : [own]),
    ],
    url,
    range: fields.get('Affected versions') || undefined,
    severity: fields.get('Severity') || undefined,
    logLine,
  };
}

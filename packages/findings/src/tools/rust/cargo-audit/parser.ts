import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { createFieldBlocks, type FieldBlock } from '../../../engine/field-blocks.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { readSolution } from '../crate-flaw.ts';
import { type AuditEntry, auditEntryToDraft } from './entry.ts';

const STATUS =
  /^ {1,8}(?:Fetching advisory database|Loaded \d{1,7} security advisories|Updating crates\.io index)/;
const SCANNING = /^ {1,8}Scanning \S{1,400} for vulnerabilities \(/;
const FIELD = /^(?<key>Crate|Version|Warning|Title|Date|ID|URL|Severity|Solution): {1,10}(?<value>\S.*)$/;
const TREE = /^(?:Dependency tree:|[\w-]{1,200} \d\S{0,100}|[ │├└─]{1,200}[\w-]{1,200} \d.{0,200})$/;
const TOTAL =
  /^(?:error: (?<flaws>\d{1,7}) vulnerabilit(?:y|ies) found!?|(?:error|warning): (?<warnings>\d{1,7}) (?:allowed|denied) warnings? found!?)$/;
const FAULT = /^error: (?<words>\S.*)$/;
/** Said by nobody else, so that it counts without the lines before it, which `--json` and `--quiet` leave out. */
const OWN_FAULT = /^error: (?:couldn't fetch|error loading) advisory database/;

type Audit = {
  claimed: Record<string, number>;
  parsed: { vulnerabilities: number; warnings: number };
  /** The lock file is being gone through; what fails before has looked at nothing. */
  isScanning: boolean;
};

/** Says what it does, a block of fields for each entry, then totals of what there is any of. */
export function createCargoAuditParser(collector: LogCollector): LogParser {
  let audit: Audit | undefined;

  const current = (): Audit =>
    (audit ??= { claimed: {}, parsed: { vulnerabilities: 0, warnings: 0 }, isScanning: false });

  const entries = createFieldBlocks(['Crate', 'Version'], (block) => {
    const entry = toEntry(block);
    if (entry === undefined) return;
    current().parsed[entry.warning === undefined ? 'vulnerabilities' : 'warnings'] += 1;
    collector.add(auditEntryToDraft(entry, collector));
  });

  const close = (exitCode: number | null) => {
    entries.close();
    if (audit === undefined) return;
    const { claimed, parsed } = audit;
    audit = undefined;
    // What found nothing ends without a word, but in a log that goes on to the end of the recipe.
    const isTold = Object.keys(claimed).length > 0 || exitCode !== null;
    collector.closeRun({
      ...(isTold
        ? { completeness: 'complete' }
        : { completeness: 'unknown', note: 'the log does not say how the audit ended' }),
      claimed,
      parsed,
    });
  };

  const fail = (words: string, line: LogLine): LineVerdict => {
    audit = undefined;
    entries.drop();
    reportToolFault(collector, { text: words, logLine: line.number });
    return 'taken';
  };

  return {
    line: (line) => {
      if (STATUS.test(line.head)) {
        if (audit?.isScanning) close(null);
        current();
        return 'reading';
      }
      if (SCANNING.test(line.head)) {
        if (audit?.isScanning) close(null);
        current().isScanning = true;
        return 'reading';
      }
      const total = TOTAL.exec(line.head)?.groups;
      if (total !== undefined) {
        entries.close();
        if (total.flaws !== undefined) current().claimed.vulnerabilities = Number(total.flaws);
        if (total.warnings !== undefined) current().claimed.warnings = Number(total.warnings);
        return 'reading';
      }
      const field = FIELD.exec(line.head)?.groups;
      if (field?.key !== undefined) return entries.field(field.key, field.value ?? '', line);
      if (entries.isOpen() && TREE.test(line.head)) return 'reading';
      entries.close();
      const words = FAULT.exec(line.head)?.groups?.words;
      const isOurs = (audit !== undefined && !audit.isScanning) || OWN_FAULT.test(line.head);
      if (isOurs && words !== undefined) return fail(words, line);
      return audit === undefined ? 'ignored' : 'watching';
    },
    end: ({ exitCode }) => close(exitCode),
  };
}

/** Undefined when the block is not one of cargo-audit, or broke off. */
function toEntry({ fields, logLine }: FieldBlock): AuditEntry | undefined {
  const name = fields.get('Crate');
  const version = fields.get('Version');
  const warning = fields.get('Warning');
  const id = fields.get('ID');
  if (name === undefined || version === undefined) return undefined;
  if (warning === undefined && id === undefined) return undefined;
  const severity = fields.get('Severity');
  return {
    crate: { name, version },
    id,
    warning,
    title: fields.get('Title') ?? warning ?? id ?? '',
    url: fields.get('URL'),
    // `9.8 (critical)`.
    severityWord: severity?.replace(/^[\d.]{1,5} \((?<word>[a-z]{1,20})\)$/, '$<word>'),
    patched: readSolution(fields.get('Solution') ?? ''),
    logLine,
  };
}

import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { toToolFault } from '../tool-fault.ts';
import { toVulnerabilityDraft, type Vulnerability } from '../vulnerability.ts';

const LOCK_FILE = 'package-lock.json';
const REPORT = '# npm audit report';
/** `tiny-args  <1.2.0`; one that only depends on it is indented below. */
const PACKAGE = /^(?<indent> {0,60})(?<name>@?[\w.-]{1,214}(?:\/[\w.-]{1,214})?) {2}(?<range>\S.{0,300})$/;
const TOTAL = /^(?:found )?(?<count>\d{1,7}) (?:[a-z]{3,8} severity )?vulnerabilit(?:y|ies)(?: \(|$)/;
const WARNING = /^npm (?:warn|WARN) audit (?<words>\S.{0,1000})$/;
const FAULT =
  /^npm (?:error|ERR!) (?:audit endpoint returned an error|code (?<code>E(?:NOAUDIT|NOLOCK|AUDIT)\w{0,20}))/;
const FAULT_WORDS = /^npm (?:error|ERR!) (?:audit )?(?<words>\S.{0,1000})$/;

type Open = {
  severity: string;
  fix: Pick<Vulnerability, 'fixed' | 'help'>;
  flaws: Vulnerability[];
  name: string;
};

export function createNpmAuditParser(collector: LogCollector): LogParser {
  let isReport = false;
  let open: Open | undefined;
  let packages = 0;
  let warning: string | undefined;
  let fault: { lines: string[]; logLine: number } | undefined;

  const closePackage = () => {
    for (const flaw of open?.flaws ?? []) {
      collector.add(
        toVulnerabilityDraft({ ...flaw, severity: open!.severity, ...open!.fix }, LOCK_FILE, collector),
      );
    }
    open = undefined;
  };

  const closeFault = () => {
    if (fault === undefined) return;
    const { lines, logLine } = fault;
    fault = undefined;
    const [first, second, ...others] = lines;
    const words =
      first !== undefined && /^E[A-Z]+$/.test(first) ? [`${first}: ${second ?? ''}`, ...others] : lines;
    collector.add(toToolFault(words.join('\n'), logLine));
    collector.closeRun({ completeness: 'failed', note: words[0] });
  };

  const closeRun = (draft: Parameters<LogCollector['closeRun']>[0]) => {
    closePackage();
    collector.closeRun({ ...draft, parsed: { vulnerabilities: packages } });
    isReport = false;
    packages = 0;
  };

  const followReport = (line: LogLine): LineVerdict => {
    const heading = PACKAGE.exec(line.head)?.groups;
    if (heading?.name !== undefined) {
      packages += 1;
      // The indented ones come after everything that is said of the package itself.
      if (heading.indent !== '') return 'reading';
      closePackage();
      open = { name: heading.name, severity: 'low', fix: {}, flaws: [] };
    } else if (open !== undefined) readDetail(open, line);
    return 'reading';
  };

  return {
    line: (line) => {
      const { head } = line;
      if (fault !== undefined) {
        const words = FAULT_WORDS.exec(head)?.groups?.words;
        if (words !== undefined && fault.lines.length < CONTINUATION_LINES_MAX) {
          if (!words.startsWith('A complete log of this')) fault.lines.push(words);
          return 'reading';
        }
        closeFault();
      }
      if (head === REPORT) {
        if (isReport) closeRun({ completeness: 'partial', note: 'the report has no end' });
        isReport = true;
        return 'reading';
      }
      const total = TOTAL.exec(head)?.groups;
      if (total !== undefined) {
        closeRun({ completeness: 'complete', claimed: { vulnerabilities: Number(total.count) } });
        return 'taken';
      }
      const stated = FAULT.exec(head);
      if (stated !== null) {
        const code = stated.groups?.code;
        fault = { lines: [code ?? warning ?? 'audit endpoint returned an error'], logLine: line.number };
        warning = undefined;
        return 'reading';
      }
      const words = WARNING.exec(head)?.groups?.words;
      if (words !== undefined) {
        warning = words;
        return 'taken';
      }
      return isReport ? followReport(line) : 'ignored';
    },
    end: () => {
      closeFault();
      if (isReport) closeRun({ completeness: 'partial', note: 'the log ends before the total' });
    },
  };
}

/** The text states the worst severity of a package only, and nothing when that is `low`. */
function readDetail(open: Open, { head, text, number }: LogLine): void {
  const severity = /^Severity: (?<word>[a-z]{3,20})$/.exec(head)?.groups?.word;
  if (severity !== undefined) {
    open.severity = severity;
    return;
  }
  const gap = text.lastIndexOf(' - https://');
  if (gap > 0 && !text.startsWith(' ')) {
    const url = text.slice(gap + 3).trim();
    open.flaws.push({ name: open.name, title: text.slice(0, gap), severity: '', url, logLine: number });
    return;
  }
  const version =
    /^Will install (?<name>@?[^@\s]{1,300})@(?<version>[^\s,]{1,100})(?<major>, which is a breaking change)?/.exec(
      head,
    )?.groups;
  if (version?.version !== undefined) {
    const help = `upgrade ${version.name} to ${version.version}${version.major === undefined ? '' : ', a breaking change'}`;
    open.fix = version.name === open.name ? { fixed: [version.version], help } : { help };
  } else if (head === 'No fix available') open.fix = { help: 'npm knows no fix' };
  else if (head === 'fix available via `npm audit fix`') open.fix = { help: 'npm audit fix' };
}

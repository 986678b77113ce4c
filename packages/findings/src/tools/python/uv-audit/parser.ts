import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { flawToDraft, type PythonFlaw } from '../advisory.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { createMissingCheck, reportMissingTool } from '../missing-tool.ts';

export const UV_NAMES = 'uv';
const isMissing = createMissingCheck(UV_NAMES);

const BANNER = /^warning: `uv audit` is experimental/;
const FOUND =
  /^Found (?<flaws>no|\d{1,9}) known vulnerabilit(?:y|ies) and (?<statuses>no|\d{1,9}) adverse project status(?:es)? in \d{1,9} packages?$/;
const PACKAGE =
  /^(?<name>[A-Za-z0-9][\w.-]{0,200}) (?<version>\S{1,100}) has \d{1,9} known vulnerabilit(?:y|ies):$/;
const FLAW = /^- (?<id>[A-Z][\w-]{1,100}): (?<summary>.*)$/;
const FIXED = /^ {2}Fixed in: (?<versions>.*)$/;
const LINK = /^ {2}Advisory information: (?<url>\S{1,500})$/;
const OTHER = /^(?:Vulnerabilities:| {2}No fix versions available)?$/;
const FAULT = /^error: (?<text>.*)$/;

type Audit = { claimed: { vulnerabilities: number; statuses: number }; flaws: number };

/** The line that counts comes first; each package, and below it each of its flaws, follow. */
export function createUvAuditParser(collector: LogCollector): LogParser {
  let audit: Audit | undefined;
  let packageOf = { name: '', version: '' };
  let open: PythonFlaw | undefined;
  let fault: { text: string; detail: string[]; logLine: number } | undefined;
  let isBegun = false;

  const closeFlaw = () => {
    if (open !== undefined) collector.add(flawToDraft(open));
    open = undefined;
  };

  const close = () => {
    closeFlaw();
    if (fault !== undefined) reportToolFault(collector, { ...fault, detail: fault.detail.join('\n') });
    else if (audit !== undefined) {
      const parsed = { vulnerabilities: audit.flaws, statuses: 0 };
      collector.closeRun({ completeness: 'complete', claimed: audit.claimed, parsed });
    } else if (isBegun) {
      collector.closeRun({ completeness: 'failed', note: 'the log ends before the result of the audit' });
    }
    fault = undefined;
    audit = undefined;
    isBegun = false;
  };

  const readFlaws = (line: LogLine, current: Audit): LineVerdict => {
    const heading = PACKAGE.exec(line.head)?.groups;
    const flaw = FLAW.exec(line.head)?.groups;
    if (heading !== undefined) {
      closeFlaw();
      packageOf = { name: heading.name ?? '', version: heading.version ?? '' };
    } else if (flaw !== undefined && packageOf.name !== '') {
      closeFlaw();
      current.flaws++;
      open = { ...packageOf, ...readFlaw(flaw), logLine: line.number };
    } else if (!(open !== undefined && addToFlaw(open, line.head)) && !OTHER.test(line.head.trimEnd())) {
      close();
      return 'ignored';
    }
    return 'reading';
  };

  const readFault = (line: LogLine): LineVerdict => {
    const text = FAULT.exec(line.head)?.groups?.text;
    if (fault === undefined && text !== undefined) fault = { text, detail: [], logLine: line.number };
    else if (fault !== undefined && /^\s+\S/.test(line.head) && fault.detail.length < 20)
      fault.detail.push(line.text);
    else if (fault === undefined) return 'watching';
    else {
      close();
      return 'ignored';
    }
    return 'reading';
  };

  return {
    line: (line) => {
      if (isMissing(line.head)) {
        reportMissingTool(collector, line);
        return 'taken';
      }
      if (BANNER.test(line.head)) {
        close();
        isBegun = true;
        return 'reading';
      }
      const found = FOUND.exec(line.head)?.groups;
      if (found !== undefined) {
        if (audit !== undefined || fault !== undefined) close();
        audit = {
          claimed: { vulnerabilities: count(found.flaws), statuses: count(found.statuses) },
          flaws: 0,
        };
        packageOf = { name: '', version: '' };
        return 'reading';
      }
      if (audit !== undefined) return readFlaws(line, audit);
      return isBegun ? readFault(line) : 'ignored';
    },
    end: close,
  };
}

function count(word: string | undefined): number {
  return word === undefined || word === 'no' ? 0 : Number(word);
}

function readFlaw({ id = '', summary }: Record<string, string | undefined>) {
  return { id, aliases: [], fixed: [], summary: summary === 'No summary provided' ? undefined : summary };
}

/** The text names one id only; the page it points to may carry the one that other databases share. */
function addToFlaw(flaw: PythonFlaw, line: string): boolean {
  const versions = FIXED.exec(line)?.groups?.versions;
  if (versions !== undefined) flaw.fixed = versions.split(', ').map((version) => version.trim());
  const url = LINK.exec(line)?.groups?.url;
  if (url !== undefined) {
    flaw.url = url;
    const alias = /\/(?<id>CVE-\d{4}-\d{4,10}|GHSA(?:-[a-z0-9]{4}){3})$/.exec(url)?.groups?.id;
    if (alias !== undefined) flaw.aliases = [alias];
  }
  return versions !== undefined || url !== undefined;
}

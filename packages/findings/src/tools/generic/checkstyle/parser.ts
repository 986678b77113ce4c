import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import { DETAIL_CHARS_MAX, FINDINGS_PER_TOOL_MAX } from '../../../core/limits.ts';
import { LINTER_SEVERITY, levelFromWord } from '../../../core/severity.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { readXml, type XmlAttributes } from '../../../engine/read-xml.ts';
import { TOOL_FAULT } from '../../../engine/tool-fault.ts';
import { readSource, withoutRule } from './source.ts';

/** `<checkstyle><file name><error line column severity message source/>`; an `<exception>` is a file it choked on. */
export function parseCheckstyle(file: ReportFile, reader: ReportReader): void {
  const drafts = createDraftQueue(reader);
  let version: string | undefined;
  let path: string | undefined;
  let exception: string | undefined;
  let files = 0;
  let errors = 0;
  let faults = 0;

  const verdict = readXml(file.bytes, {
    open: (name, attributes) => {
      if (name === 'checkstyle') version = attributes('version');
      else if (name === 'file') {
        path = attributes('name');
        files += 1;
      } else if (name === 'error') {
        errors += 1;
        const { tool, rule } = readSource(attributes('source') ?? '');
        drafts.add(tool, toDraft(path, rule, attributes));
      } else if (name === 'exception') exception = '';
    },
    text: (text) => {
      if (exception !== undefined && exception.length < DETAIL_CHARS_MAX) exception += text;
    },
    close: (name) => {
      if (name === 'file') path = undefined;
      if (name !== 'exception') return;
      faults += 1;
      drafts.add(undefined, { ...TOOL_FAULT, text: exception?.trim() || 'an exception', place: { path } });
      exception = undefined;
    },
  });
  const { collector, isNamed } = drafts.end();
  const note = verdict.problem?.note ?? (faults > 0 ? `the tool failed on ${faults} files` : undefined);
  const nothing = verdict.problem !== undefined && files === 0;
  reader.close(collector, {
    // The number is checkstyle's own; other tools write the one they imitate.
    version: isNamed && collector.tool === 'checkstyle' ? version : undefined,
    parsed: { files, errors },
    completeness: nothing ? 'failed' : note === undefined ? 'complete' : 'partial',
    note,
  });
}

/** The first error with a known source names the tool; what comes before it waits for that. */
function createDraftQueue(reader: ReportReader) {
  const waiting: FindingDraft[] = [];
  let collector: FindingCollector | undefined;
  const open = (tool: string) => {
    const opened = reader.collect(tool);
    for (const draft of waiting) opened.add(draft);
    return opened;
  };
  return {
    add: (tool: string | undefined, draft: FindingDraft) => {
      if (collector === undefined && (tool !== undefined || waiting.length >= FINDINGS_PER_TOOL_MAX)) {
        collector = open(tool ?? 'checkstyle');
      }
      if (collector === undefined) waiting.push(draft);
      else collector.add(draft);
    },
    end: () => ({ isNamed: collector !== undefined, collector: collector ?? open('checkstyle') }),
  };
}

function toDraft(
  path: string | undefined,
  rule: string | undefined,
  attributes: XmlAttributes,
): FindingDraft {
  const word = attributes('severity') ?? 'error';
  const level = levelFromWord(word) ?? 'warning';
  const message = attributes('message') ?? '';
  const isParseError = rule === undefined && message.startsWith('Parsing error: ');
  return {
    kind: 'lint',
    level,
    severity: isParseError ? 'high' : LINTER_SEVERITY[level],
    text: withoutRule(message, rule) || rule || '(no message)',
    place: { path, region: { line: number(attributes('line')), col: number(attributes('column')) } },
    rule: { id: rule },
    rawSeverity: word,
  };
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

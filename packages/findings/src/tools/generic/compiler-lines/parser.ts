import type { FindingKind } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX, RELATED_PLACES_MAX } from '../../../core/limits.ts';
import { COMPILER_SEVERITY, LINTER_SEVERITY } from '../../../core/severity.ts';
import type { LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { type Diagnostic, readDiagnosticLine } from './diagnostic-line.ts';

type OpenDiagnostic = {
  draft: FindingDraft;
  detail: string[];
  related: NonNullable<FindingDraft['related']>;
};

/** A diagnostic stays open while its code frame, explanation and notes follow, and is handed over when they end. */
export function createCompilerLinesParser(collector: LogCollector): LogParser {
  let open: OpenDiagnostic | undefined;

  const close = () => {
    if (open !== undefined) collector.add(toDraft(open));
    open = undefined;
  };

  return {
    line: (line) => {
      const diagnostic = readDiagnosticLine(line.head, collector.resolve);
      if (diagnostic === undefined) {
        if (open === undefined || !isContinuation(line.head)) close();
        else addDetail(open, line.text);
      } else if (diagnostic.level === 'note' && diagnostic.word?.toLowerCase() === 'note') {
        if (open !== undefined) addNote(open, diagnostic, line.text);
      } else {
        close();
        open = { draft: draftOf(diagnostic, line), detail: [], related: [] };
      }
      return open === undefined ? 'ignored' : 'reading';
    },
    end: close,
  };
}

/** Code frames, carets and explanations are indented, or drawn with a bar. */
function isContinuation(line: string): boolean {
  return /^[ \t]+\S/.test(line);
}

function addDetail(open: OpenDiagnostic, text: string): void {
  if (open.detail.length < CONTINUATION_LINES_MAX) open.detail.push(text);
}

/** A note explains the diagnostic before it; it is not a problem of its own. */
function addNote(open: OpenDiagnostic, note: Diagnostic, text: string): void {
  addDetail(open, text);
  if (open.related.length >= RELATED_PLACES_MAX) return;
  open.related.push({ path: note.path, region: note.region, message: note.message });
}

function toDraft({ draft, detail, related }: OpenDiagnostic): FindingDraft {
  return { ...draft, detail: detail.join('\n'), related };
}

function draftOf(diagnostic: Diagnostic, line: LogLine): FindingDraft {
  const { kind, level } = classify(diagnostic);
  const isCompilers = kind === 'compile_error' || kind === 'compile_warning' || kind === 'type_error';
  // A line longer than what was matched still says all of it, in the detail.
  const text =
    line.text.length > line.head.length ? `${diagnostic.message}\n${line.text}` : diagnostic.message;
  return {
    kind,
    level,
    severity: (isCompilers ? COMPILER_SEVERITY : LINTER_SEVERITY)[level],
    text,
    place: { path: diagnostic.path, region: diagnostic.region },
    rule: { id: diagnostic.rule },
    rawSeverity: diagnostic.word,
    logLine: line.number,
    extra: diagnostic.project === undefined ? undefined : { project: diagnostic.project },
  };
}

/** The line does not name its tool, so the kind is read from its habits. */
function classify({ path, rule, word, level }: Diagnostic): Pick<FindingDraft, 'kind' | 'level'> {
  if (rule !== undefined && /^TS\d+$/.test(rule)) return { kind: 'type_error', level: level ?? 'error' };
  if (word === undefined) return withoutWord(path, rule);
  const stated = level ?? 'error';
  if (/\.pyi?$/.test(path)) return { kind: rule === undefined ? 'lint' : 'type_error', level: stated };
  const isCompilersRule = rule === undefined || /^-W|^[A-Z]{1,8}\d+$/.test(rule) || path.endsWith('.java');
  // eslint's unix format writes its word with a capital, behind the message.
  if (!isCompilersRule || /^[A-Z]/.test(word)) return { kind: 'lint', level: stated };
  const kind: FindingKind = stated === 'error' ? 'compile_error' : 'compile_warning';
  return { kind, level: stated };
}

/** No word: Go's compiler stops at these, everyone else is a linter whose rules do not say how bad they are. */
function withoutWord(path: string, rule: string | undefined): Pick<FindingDraft, 'kind' | 'level'> {
  if (path.endsWith('.go') && rule === undefined) return { kind: 'compile_error', level: 'error' };
  return { kind: 'lint', level: rule === undefined ? 'warning' : 'error' };
}

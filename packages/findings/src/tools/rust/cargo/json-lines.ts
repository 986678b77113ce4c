import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { LogCollector, LogParser } from '../../../core/tool.ts';
import {
  asRecord,
  field,
  type JsonRecord,
  numberAt,
  othersOf,
  recordAt,
  recordsAt,
  stringAt,
} from '../../../engine/json-fields.ts';
import { parseJsonLine } from '../../../engine/json-line.ts';
import { levelFromWord } from '../../../core/severity.ts';
import { toRustDraft } from './diagnostic.ts';
import { readLintNote } from './rule-notes.ts';

/** Messages that only count the others. */
const TOTALS = /^(?:aborting due to|\d{1,7} warnings? emitted|Some errors have|For more information)/;

/** What is read of a message, and of what stands around it. */
const READ = new Set(['$message_type', 'message', 'level', 'code', 'spans', 'children', 'rendered']);
/** Of the target its name is enough: the rest is about the crate and the same in all its messages. */
const READ_AROUND = new Set(['reason', 'message', 'target']);

/** `--message-format=json`: one message a line, `build-finished` at the end. */
export function createCargoJsonParser(collector: LogCollector): LogParser {
  return {
    line: (line) => {
      const message = asRecord(parseJsonLine(line.text));
      const reason = stringAt(message, 'reason');
      if (reason === undefined) return 'ignored';
      if (reason === 'compiler-message') {
        const inner = recordAt(message, 'message');
        const draft = readMessage(inner);
        const target = stringAt(recordAt(message, 'target'), 'name');
        const extra = { ...othersOf(inner, READ), ...othersOf(message, READ_AROUND), target };
        if (draft !== undefined) collector.add({ ...draft, extra, logLine: line.number });
      } else if (reason === 'build-finished') {
        const isGood = field(message, 'success') === true;
        collector.closeRun(
          isGood
            ? { completeness: 'complete' }
            : { completeness: 'partial', note: 'the build failed: not every crate was looked at' },
        );
      }
      return 'taken';
    },
    end: () => {},
  };
}

function readMessage(message: JsonRecord): FindingDraft | undefined {
  const text = stringAt(message, 'message');
  const level = levelFromWord((stringAt(message, 'level') ?? '').replace(/^error: .*/, 'error'));
  if (text === undefined || level === undefined || level === 'note' || TOTALS.test(text)) return undefined;
  const spans = recordsAt(message, 'spans');
  const primary = spans.find((span) => field(span, 'is_primary') === true) ?? spans[0];
  const children = recordsAt(message, 'children');
  const notes = children.map((child) => readLintNote(`= note: ${stringAt(child, 'message') ?? ''}`));
  const help = children.find(
    (child) => stringAt(child, 'level') === 'help' && recordsAt(child, 'spans').length > 0,
  );
  return toRustDraft({
    level,
    message: text,
    rule: stringAt(recordAt(message, 'code'), 'code'),
    url: notes.find((note) => note?.url !== undefined)?.url,
    place: primary && placeOf(primary),
    related: [
      ...spans
        .filter((span) => span !== primary)
        .map((span) => ({ ...placeOf(span), message: stringAt(span, 'label') })),
      ...children.flatMap((child) => readRelated(child)),
    ],
    // Its first line is the message again.
    detail: (stringAt(message, 'rendered') ?? '').split('\n').slice(1).join('\n').trimEnd(),
    help: help && stringAt(help, 'message'),
    fixable: readFix(children),
  });
}

function placeOf(span: JsonRecord) {
  return {
    path: stringAt(span, 'file_name'),
    region: {
      line: numberAt(span, 'line_start'),
      col: numberAt(span, 'column_start'),
      endLine: numberAt(span, 'line_end'),
      endCol: numberAt(span, 'column_end'),
      unit: 'codepoint',
    },
  } as const;
}

/** Places of notes; a suggestion points at the diagnostic's own. */
function readRelated(child: JsonRecord): NonNullable<FindingDraft['related']> {
  if (stringAt(child, 'level') !== 'note') return [];
  const message = stringAt(child, 'message');
  return recordsAt(child, 'spans').map((span) => ({ ...placeOf(span), message }));
}

function readFix(children: readonly JsonRecord[]): 'safe' | 'unsafe' | undefined {
  const words = children
    .flatMap((child) => recordsAt(child, 'spans'))
    .map((span) => stringAt(span, 'suggestion_applicability'));
  if (words.includes('MachineApplicable')) return 'safe';
  return words.includes('MaybeIncorrect') ? 'unsafe' : undefined;
}

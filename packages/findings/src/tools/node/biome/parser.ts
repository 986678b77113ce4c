import type { FindingLevel } from '@crafting-table/contracts/finding';
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { toToolFault } from '../tool-fault.ts';
import { toDraft } from './diagnostic.ts';

const CATEGORY =
  /^(?:(?:lint|assist|syntax|suppressions|files|fs|project|reporter|configuration|internalError|flags)\/[\w/-]{1,100}|format|parse|organizeImports|deserialize|configuration|check|lint|ci|migrate|plugin)$/;
const PLACE = /^(?<path>.{1,400}?)(?::(?<line>\d{1,7}):(?<col>\d{1,7}))?$/;
/** Plain and drawn: `×`, `✖`, `!`, `⚠`, `i`, `ℹ`. */
const MESSAGE = /^ {2}(?<mark>[×✖!⚠iℹ]) (?<words>\S.{0,3000})$/;
const LEVELS: Record<string, FindingLevel> = { '×': 'error', '✖': 'error', '!': 'warning', '⚠': 'warning' };
const CHECKED = /^Checked \d{1,9} files? in \d/;
const FOUND = /^Found (?<count>\d{1,9}) (?<word>error|warning|info)s?\.$/;

type Header = { category: string; path?: string | undefined; line?: number; col?: number };
type Open = { header: Header; level: FindingLevel; words?: string; detail: string[]; logLine: number };

export function createBiomeParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let isChecked = false;
  let isFailed = false;
  let claimed: Record<string, number> = {};
  let parsed = { errors: 0, warnings: 0 };

  const closeBlock = () => {
    if (open?.words === undefined) return void (open = undefined);
    const { header, level, words, detail, logLine } = open;
    open = undefined;
    if (header.path === undefined) {
      // The last block only repeats that something was found, unless nothing could be looked at.
      if (header.category !== 'configuration' && !header.category.startsWith('internalError')) return;
      isFailed = true;
      collector.add(toToolFault(words, logLine, detail.join('\n')));
      return closeRun();
    }
    if (level === 'error') parsed.errors += 1;
    else if (level === 'warning') parsed.warnings += 1;
    const { path, line, col, category } = header;
    const draft = toDraft({ path, region: { line, col }, category, level, message: words });
    collector.add({ ...draft, ...readFix(detail), detail: detail.join('\n'), logLine });
  };

  const closeRun = () => {
    collector.closeRun(
      isFailed
        ? { completeness: 'failed', parsed, note: 'biome did not start' }
        : { completeness: 'complete', claimed, parsed },
    );
    isChecked = false;
    isFailed = false;
    claimed = {};
    parsed = { errors: 0, warnings: 0 };
  };

  const follow = (block: Open, line: LogLine): LineVerdict => {
    const message = block.words === undefined ? MESSAGE.exec(line.head)?.groups : undefined;
    if (message?.words !== undefined) {
      block.words = message.words;
      block.level = LEVELS[message.mark!] ?? 'note'; // The mark is in every match.
    } else if (line.head.trim() !== '' && !line.head.startsWith('  ')) return 'ignored';
    else if (block.detail.length < CONTINUATION_LINES_MAX) block.detail.push(line.text);
    return 'reading';
  };

  return {
    line: (line) => {
      const header = readHeader(line.head);
      if (header !== undefined) {
        closeBlock();
        if (isChecked) closeRun();
        open = { header, level: 'error', detail: [], logLine: line.number };
        return 'reading';
      }
      if (open !== undefined && follow(open, line) === 'reading') return 'reading';
      closeBlock();
      if (CHECKED.test(line.head)) {
        if (isChecked) closeRun();
        isChecked = true;
        claimed = { errors: 0, warnings: 0 }; // A count of none is not printed.
        return 'reading';
      }
      const found = FOUND.exec(line.head)?.groups;
      if (isChecked && found !== undefined) {
        if (found.word !== 'info') claimed[`${found.word}s`] = Number(found.count);
        return 'reading';
      }
      if (isChecked) closeRun();
      return 'ignored';
    },
    end: () => {
      closeBlock();
      if (isChecked) closeRun();
    },
  };
}

/** `src/a.ts:1:2 lint/style/useConst  FIXABLE  ━━━━`. */
function readHeader(head: string): Header | undefined {
  const ruler = head.indexOf(' ━━━━');
  if (ruler < 0 || /[^━]/.test(head.slice(ruler + 1))) return undefined;
  const words = head
    .slice(0, ruler)
    .replace(/(?: {1,4}(?:FIXABLE|INTERNAL|FATAL|DEPRECATED|VERBOSE)){1,5} {0,2}$/, '');
  const gap = words.lastIndexOf(' ');
  const category = words.slice(gap + 1);
  if (!CATEGORY.test(category)) return undefined;
  const place = gap < 0 ? undefined : PLACE.exec(words.slice(0, gap))?.groups;
  if (place?.line === undefined) return { category, path: place?.path };
  return { category, path: place.path, line: Number(place.line), col: Number(place.col) };
}

function readFix(detail: readonly string[]): Pick<FindingDraft, 'fixable' | 'help'> {
  for (const line of detail) {
    const fix = /^ {2}[iℹ] (?<word>Safe|Unsafe) fix: (?<words>.{1,1000})$/.exec(line.slice(0, 1100))?.groups;
    if (fix !== undefined) return { fixable: fix.word === 'Safe' ? 'safe' : 'unsafe', help: fix.words };
  }
  return {};
}

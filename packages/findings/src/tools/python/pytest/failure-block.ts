// One heading of ERRORS or FAILURES and what stands below it, in any of pytest's traceback styles.
import { DETAIL_CHARS_MAX } from '../../../core/limits.ts';
import { exceptionType } from '../exception-line.ts';
import { type Frame, FRAMES_MAX, readFrame } from '../frames.ts';
import { type NodeId, readNodeId } from './node-id.ts';

export type FailureBlock = {
  isError: boolean;
  isCollection: boolean;
  /** Its title is the name of a function in full, dots and all. */
  isDoctest: boolean;
  /** What the short summary calls `FAILED path::title`. */
  title: string;
  /** Where the block itself names the test in full. */
  id?: NodeId;
  logLine: number;
  lines: string[];
  chars: number;
  frames: Frame[];
  message: string;
  /** How many lines of the last `E` lines were seen without a break; 0 after any other line. */
  errorLines: number;
  /** Captured output follows, which may look like anything. */
  isOutput: boolean;
};

const ERROR_TITLE = /^ERROR (?:at \w{1,20} of|(?<collecting>collecting)) (?<title>.*)$/;
/** `shop/cart.py:7: ValueError`, `tests/test_cart.py:32: `, `shop/cart.py:7: in add`. */
const FOOTER = /^(?<path>[^\s:][^:\n]{0,400}):(?<line>\d{1,9}):(?: (?<said>.*))?$/;
const DOCTEST = '[doctest] ';
const CRASHED = /^worker '\w{1,40}' crashed while running '(?<id>[^']{1,1000})'/;

/** `heading`: without its underscores. */
export function openBlock(heading: string, logLine: number): FailureBlock {
  const groups = ERROR_TITLE.exec(heading)?.groups;
  return {
    isError: groups !== undefined,
    isCollection: groups?.collecting !== undefined,
    isDoctest: heading.startsWith(DOCTEST),
    title: groups?.title ?? (heading.startsWith(DOCTEST) ? heading.slice(DOCTEST.length) : heading),
    logLine,
    lines: [],
    chars: 0,
    frames: [],
    message: '',
    errorLines: 0,
    isOutput: false,
  };
}

export function addToBlock(block: FailureBlock, head: string, text: string): void {
  if (block.chars < DETAIL_CHARS_MAX) {
    block.lines.push(text);
    block.chars += text.length + 1;
  }
  if (/^-{3,400} Captured /.test(head)) block.isOutput = true;
  if (block.isOutput) return;
  if (/^E(?: {2}|$)/.test(head)) return addErrorLine(block, head.slice(1));
  block.errorLines = 0;
  addOtherLine(block, head);
}

/** Of several exceptions that led to one another the last counts; of a syntax error the last line names it. */
function addErrorLine(block: FailureBlock, rest: string): void {
  const frame = readFrame(rest);
  if (frame !== undefined) addFrame(block, frame);
  const said = rest.trim();
  const isSyntaxError = block.errorLines > 0 && block.message === '' && exceptionType(said) !== undefined;
  if (block.errorLines === 0) block.message = frame === undefined ? said : '';
  else if (isSyntaxError) block.message = said;
  block.errorLines++;
}

function addOtherLine(block: FailureBlock, head: string): void {
  const frame = readFrame(head) ?? readFooter(head);
  if (frame !== undefined) addFrame(block, frame);
  const crashed = CRASHED.exec(head)?.groups?.id;
  if (crashed !== undefined) {
    block.id = readNodeId(crashed);
    block.title = block.id.title;
    block.message = head;
  } else if (frame === undefined && exceptionType(head) !== undefined && isNative(block))
    block.message = head;
}

/** `--tb=native` prints what Python itself would: no `E`, the exception at the start of a line. */
function isNative(block: FailureBlock): boolean {
  return block.lines.some((line) => line.startsWith('Traceback (most recent call last)'));
}

function readFooter(head: string): Frame | undefined {
  const groups = FOOTER.exec(head)?.groups;
  if (groups?.path === undefined) return undefined;
  return { path: groups.path, line: Number(groups.line), scope: groups.said?.replace(/^in /, '') };
}

function addFrame(block: FailureBlock, frame: Frame): void {
  if (block.frames.length < FRAMES_MAX) block.frames.push(frame);
}

/** What went wrong, in one line. */
export function messageOf(block: FailureBlock): string {
  if (block.message !== '') return block.message;
  const footer = block.frames.at(-1)?.scope;
  if (footer !== undefined && exceptionType(footer) !== undefined) return footer;
  return block.lines.find((line) => line.trim() !== '')?.trim() ?? 'failed';
}

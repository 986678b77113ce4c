// Reports in the middle of a log: `npm audit --json`, `eslint -f json`, JUnit XML on the standard output. A line that starts
// like a document opens a capture; its lines are held back until it is clear whether the document is a report that somebody
// can read, and go to the parsers of lines when it is not.
import { DOCUMENT_BYTES_MAX, DOCUMENT_NOISE_LINES_MAX, SNIFF_BYTES_MAX } from '../core/limits.ts';
import type { LogLine } from '../core/tool.ts';
import { createJsonExtent, type ExtentScanner } from './json-extent.ts';
import { createXmlExtent } from './xml-extent.ts';

export type EmbeddedDocument = {
  text: string;
  /** Where it begins. */
  logLine: number;
  /** Documents that followed at once and are no reports by themselves: some tools print one report as many documents. */
  followers: string;
  /** `cut`: the log ended, or something else began, before the document did. */
  state: 'whole' | 'cut' | 'too long';
};

export type DocumentCatcher = {
  line: (line: LogLine) => void;
  end: () => void;
  /** A report is being captured, so that its lines are worth keeping at any length. */
  isCapturing: () => boolean;
  /** Nothing is open: a line without a beginning of a report would go straight on. */
  isIdle: () => boolean;
};

type Outlets = {
  /** Is this the beginning of a report? */
  recognises: (beginning: string) => boolean;
  /** A line that belongs to no report. True when a parser took it. */
  onLine: (line: LogLine) => boolean;
  onDocument: (document: EmbeddedDocument) => void;
  /** Characters that all open captures of one log may hold together. */
  budget: DocumentBudget;
};

export type DocumentBudget = { charsLeft: number };

export function createDocumentBudget(): DocumentBudget {
  return { charsLeft: DOCUMENT_BYTES_MAX };
}

/** How a report may begin: `{"`, `{`, `[{`, `[]`, `[`, `<?xml`, `<name`; and not `[INFO]`. */
export const BEGINNING = /^(?:\{\s{0,20}(?:"|\}|$)|\[\s{0,20}(?:\{|\]|$)|<(?:\?xml\s|[A-Za-z]))/;
/** Sizes at which an unfinished document is looked at. The last one decides. */
const LOOKS = [1024, 8 * 1024, SNIFF_BYTES_MAX];
/** A log of JSON lines is not asked line by line for ever. */
const REJECTIONS_MAX = 16;
const REJECTED_SHAPES_MAX = 200;

type Capture = {
  scanner: ExtentScanner;
  lines: LogLine[];
  texts: string[];
  chars: number;
  looks: number;
  isRecognised: boolean;
  noise: number;
};

/** Does the beginning of a long line, perhaps behind a prefix, hold a report? */
export function holdsReport(beginning: string, recognises: Outlets['recognises']): boolean {
  const start = beginning.slice(0, 300).search(/[{[<]/);
  if (start < 0) return false;
  const document = beginning.slice(start);
  return BEGINNING.test(document) && recognises(document);
}

export function createDocumentCatcher({
  recognises,
  onLine: show,
  onDocument,
  budget,
}: Outlets): DocumentCatcher {
  let capture: Capture | undefined;
  /** A document that was too long is followed to its end, so that nothing inside it opens a capture. */
  let draining: ExtentScanner | undefined;
  let finished: EmbeddedDocument | undefined;
  const rejections = new Map<string, number>();
  /** Lines that were shown before it was known what they are, and ends of such lines behind a document. */
  const shown = new WeakSet<LogLine>();

  const onLine = (line: LogLine) => !shown.has(line) && show(line);

  const flush = () => {
    if (finished === undefined) return;
    budget.charsLeft += finished.text.length + finished.followers.length;
    onDocument(finished);
    finished = undefined;
  };

  const release = (open: Capture) => {
    budget.charsLeft += open.chars;
    capture = undefined;
  };

  const replay = (open: Capture) => {
    for (const line of open.lines) onLine(line);
  };

  /** What was captured becomes a report; the budget stays taken until it is handed over. */
  const finish = (open: Capture, state: EmbeddedDocument['state']) => {
    flush();
    capture = undefined;
    const text = open.texts.join('\n');
    budget.charsLeft += open.chars - text.length;
    finished = { text, logLine: open.lines[0]?.number ?? 1, followers: '', state };
    if (state !== 'whole') flush();
  };

  const follow = (text: string): boolean => {
    if (finished === undefined || budget.charsLeft < text.length) return false;
    budget.charsLeft -= text.length + 1;
    finished.followers += `\n${text}`;
    return true;
  };

  const closeCapture = (open: Capture) => {
    const text = open.texts.join('\n');
    if (open.isRecognised || recognises(text)) return finish(open, 'whole');
    release(open);
    if (!follow(text)) flush();
    replay(open);
  };

  /** The document stops without an end. What the lines say besides is not lost on the parsers of lines. */
  const breakOff = (open: Capture) => {
    const isReport = open.isRecognised || recognises(open.texts.join('\n'));
    if (isReport) finish(open, 'cut');
    else release(open);
    replay(open);
  };

  const grow = (open: Capture, line: LogLine, text: string): void => {
    open.lines.push(line);
    open.texts.push(text);
    open.chars += text.length + 1;
    budget.charsLeft -= text.length + 1;
    while (!open.isRecognised && open.chars >= (LOOKS[open.looks] ?? Number.POSITIVE_INFINITY)) {
      open.looks += 1;
      open.isRecognised = recognises(open.texts.join('\n').slice(0, SNIFF_BYTES_MAX));
    }
    if (!open.isRecognised && open.looks === LOOKS.length) {
      flush();
      release(open);
      replay(open);
    } else if (budget.charsLeft < 0) {
      draining = open.scanner;
      if (open.isRecognised) finish(open, 'too long');
      else {
        release(open);
        replay(open);
      }
    }
  };

  const continueCapture = (open: Capture, line: LogLine) => {
    const text = line.whole ?? line.text;
    const extent = open.scanner.line(text);
    if (extent.state === 'foreign') {
      open.noise += 1;
      open.isRecognised ||= recognises(open.texts.join('\n').slice(0, SNIFF_BYTES_MAX));
      if (open.isRecognised && open.noise <= DOCUMENT_NOISE_LINES_MAX) return void onLine(line);
      breakOff(open);
      return start(line);
    }
    if (extent.state === 'open') return grow(open, line, text);
    grow(open, line, text.slice(0, extent.end));
    if (capture === open) closeCapture(open);
    goOn(line, text.slice(extent.end));
  };

  /** Behind the end of a document on the same line. */
  const goOn = (line: LogLine, rest: string) => {
    const text = rest.trimStart();
    if (text === '' || !BEGINNING.test(text)) return;
    const restOfLine = { head: text.slice(0, line.head.length), text, number: line.number };
    shown.add(restOfLine);
    start(restOfLine);
  };

  const start = (line: LogLine): void => {
    if (!BEGINNING.test(line.head)) {
      if (finished !== undefined && line.head !== '') flush();
      onLine(line);
      return;
    }
    const text = line.whole ?? line.text;
    const isXml = text.startsWith('<');
    const shape = shapeOf(line.head);
    if (!isXml && finished === undefined && (rejections.get(shape) ?? 0) >= REJECTIONS_MAX) {
      onLine(line);
      return;
    }
    // Most lines that look like a document are one, and of a format of lines: nobody needs to know where it ends.
    const isShown = !isXml && !shown.has(line) && /[}\]]$/.test(line.head);
    if (isShown) {
      if (show(line)) return;
      shown.add(line);
    }
    const scanner = isXml ? createXmlExtent() : createJsonExtent();
    const extent = scanner.line(text);
    if (extent.state === 'foreign') startOfBrokenLine(line, text, shape);
    else if (extent.state === 'open') {
      const open = { scanner, lines: [], texts: [], chars: 0, looks: 0, isRecognised: false, noise: 0 };
      capture = open;
      grow(open, line, text);
    } else startOfOneLine(line, text.slice(0, extent.end), text.slice(extent.end), shape);
  };

  /** A line of a report that ends inside a string was cut off, by whoever printed it or by the limit of a line. */
  const startOfBrokenLine = (line: LogLine, text: string, shape: string) => {
    flush();
    if (onLine(line)) return;
    if (!recognises(text.slice(0, SNIFF_BYTES_MAX))) return countRejection(shape);
    const state = text.length > 0.9 * DOCUMENT_BYTES_MAX ? 'too long' : 'cut';
    onDocument({ text, logLine: line.number, followers: '', state });
  };

  const countRejection = (shape: string) => {
    if (rejections.size >= REJECTED_SHAPES_MAX) rejections.clear();
    rejections.set(shape, (rejections.get(shape) ?? 0) + 1);
  };

  /** A document in one line may as well be a line of some format, so the parsers of lines are asked first. */
  const startOfOneLine = (line: LogLine, text: string, rest: string, shape: string) => {
    if (onLine(line)) return;
    if (recognises(text)) {
      flush();
      budget.charsLeft -= text.length;
      finished = { text, logLine: line.number, followers: '', state: 'whole' };
    } else if (!follow(text)) countRejection(shape);
    goOn(line, rest);
  };

  const drain = (scanner: ExtentScanner, line: LogLine) => {
    const extent = scanner.line(line.text);
    if (extent.state !== 'open') draining = undefined;
    onLine(line);
  };

  return {
    line: (line) => {
      if (capture !== undefined) continueCapture(capture, line);
      else if (draining !== undefined) drain(draining, line);
      else start(line);
    },
    end: () => {
      if (capture !== undefined) breakOff(capture);
      flush();
    },
    isCapturing: () => capture?.isRecognised ?? false,
    isIdle: () => capture === undefined && draining === undefined && finished === undefined,
  };
}

/** `{"level":"info",…` → `{"level"`: lines of one log look alike up to here. */
function shapeOf(head: string): string {
  const first = head.indexOf('"');
  const second = head.indexOf('"', first + 1);
  return head.slice(0, Math.min(second < 0 ? 40 : second + 1, 100));
}

// XML of tools: several documents in a row, cut off in the middle, with control characters no parser allows. Entities of a
// document's own are never expanded and nothing is loaded from outside.
import { SaxesParser } from 'saxes';
import { XML_ATTRIBUTE_CHARS_MAX, XML_DEPTH_MAX, XML_TEXT_CHARS_MAX } from '../core/limits.ts';
import { decodePieces } from './decode-text.ts';

/** Value of an attribute, cut to XML_ATTRIBUTE_CHARS_MAX; undefined when the element has none of that name. */
export type XmlAttributes = (name: string) => string | undefined;

export type XmlHandlers = {
  /** Name without prefix. `names`: of the attributes. */
  open: (name: string, attributes: XmlAttributes, names: () => readonly string[]) => void;
  /** Character data and CDATA, possibly in several parts. */
  text: (text: string) => void;
  close: (name: string) => void;
};

export type XmlVerdict = {
  /** Documents whose root element was closed. */
  documents: number;
  /** Why reading stopped before the end. Everything up to there was handed out. */
  problem?: { kind: 'truncated' | 'broken' | 'refused'; note: string };
};

/** Reads every document in `bytes`. Text before the first and between two documents is skipped. */
export function readXml(bytes: Uint8Array, handlers: XmlHandlers): XmlVerdict {
  let documents = 0;
  let current: XmlDocument | undefined;
  for (const piece of decodePieces(bytes)) {
    let rest = replaceIllegal(piece);
    while (rest !== '') {
      if (current === undefined) {
        const start = rest.indexOf('<');
        if (start < 0) break;
        rest = rest.slice(start);
        current = openDocument(handlers);
      }
      const step = current.write(rest);
      if (step.state === 'stopped') return { documents, problem: step.problem };
      if (step.state === 'open') break;
      documents++;
      current = undefined;
      rest = rest.slice(step.charsUsed);
    }
  }
  if (current?.hasRoot()) {
    return { documents, problem: { kind: 'truncated', note: 'the document ends before its root element' } };
  }
  if (documents === 0) return { documents, problem: { kind: 'broken', note: 'there is no root element' } };
  return { documents };
}

type XmlDocument = {
  write: (text: string) => WriteStep;
  hasRoot: () => boolean;
};

type WriteStep =
  | { state: 'open' }
  | { state: 'closed'; charsUsed: number }
  | { state: 'stopped'; problem: NonNullable<XmlVerdict['problem']> };

/** Leaves saxes from inside one of its handlers; it has no other way to stop. */
class StopReading extends Error {
  override name = 'StopReading';
  readonly step: 'closed' | NonNullable<XmlVerdict['problem']>;

  constructor(step: StopReading['step']) {
    super('stop reading');
    this.step = step;
  }
}

/** Faults after which saxes goes on with a sensible reading: characters XML does not allow, as escapes or raw. */
const HARMLESS_FAULTS = new Set(['disallowed character.', 'malformed character entity.']);

function openDocument(handlers: XmlHandlers): XmlDocument {
  const parser = new SaxesParser({ position: false, xmlns: false });
  let depth = 0;
  let written = 0;
  let sawRoot = false;

  parser.on('doctype', (doctype) => {
    if (doctype.includes('[')) refuse('a DOCTYPE with an internal subset');
  });
  parser.on('opentag', (tag) => {
    sawRoot = true;
    depth++;
    if (depth > XML_DEPTH_MAX) refuse(`elements nested deeper than ${XML_DEPTH_MAX}`);
    // saxes makes the attributes an object without a prototype, so every name is just a name.
    const { attributes } = tag;
    const valueOf = (name: string) => attributes[name]?.slice(0, XML_ATTRIBUTE_CHARS_MAX);
    handlers.open(localName(tag.name), valueOf, () => Object.keys(attributes));
  });
  parser.on('closetag', (tag) => {
    depth--;
    handlers.close(localName(tag.name));
    if (depth === 0) throw new StopReading('closed');
  });
  parser.on('text', (text) => handlers.text(boundXmlText(text)));
  parser.on('cdata', (text) => handlers.text(boundXmlText(text)));
  parser.on('error', (fault) => {
    if (HARMLESS_FAULTS.has(fault.message)) return;
    throw new StopReading({ kind: 'broken', note: `not well-formed: ${fault.message}` });
  });

  return {
    hasRoot: () => sawRoot,
    write: (text) => {
      try {
        parser.write(text);
        written += text.length;
        return { state: 'open' };
      } catch (stop) {
        if (!(stop instanceof StopReading)) throw stop;
        if (stop.step !== 'closed') return { state: 'stopped', problem: stop.step };
        return { state: 'closed', charsUsed: parser.position - written };
      }
    },
  };
}

function refuse(what: string): never {
  throw new StopReading({ kind: 'refused', note: `refused: ${what}` });
}

/** Raw control characters are frequent in captured output; XML 1.0 has no way to hold them. */
function replaceIllegal(text: string): string {
  return text.replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\uFFFE\uFFFF]/g, '\u{FFFD}');
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function boundXmlText(text: string): string {
  return text.length > XML_TEXT_CHARS_MAX ? text.slice(0, XML_TEXT_CHARS_MAX) : text;
}

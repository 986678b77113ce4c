import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOCUMENT_BYTES_MAX } from '../core/limits.ts';
import {
  createDocumentBudget,
  createDocumentCatcher,
  type EmbeddedDocument,
  holdsReport,
} from './embedded-documents.ts';

const recognises = (text: string) => text.includes('"report"') || text.includes('<report');

function read(log: string, isTaken: (line: string) => boolean = () => false) {
  const lines: string[] = [];
  const documents: EmbeddedDocument[] = [];
  const budget = createDocumentBudget();
  const catcher = createDocumentCatcher({
    recognises,
    onLine: (line) => {
      lines.push(line.text);
      return isTaken(line.text);
    },
    onDocument: (document) => documents.push(document),
    budget,
  });
  for (const [index, text] of log.split('\n').entries()) {
    catcher.line({ head: text.slice(0, 4096), text, number: index + 1 });
  }
  catcher.end();
  return { lines, documents, charsLeft: budget.charsLeft };
}

describe('a report in a log', () => {
  it.each([
    '{"report": 1}',
    '[{"report": [1, true, null, -1.5e3, "a \\" } ]"]}]',
    '{\n  "report": {\n    "a": []\n  }\n}',
    '{\n"report": "}"\n}',
    '<?xml version="1.0"?>\n<!-- <x> -->\n<report a="/>"\n b=\'>\'><report/><![CDATA[</report>]]></report>',
    '<report/>',
    '<report x="1"\n/>',
  ])('is cut out: %j', (report) => {
    const { documents, lines, charsLeft } = read(`npm warn old\n${report}\ndone`);
    expect(documents).toEqual([{ text: report, logLine: 2, followers: '', state: 'whole' }]);
    expect(lines.filter((line) => !report.includes(line))).toEqual(['npm warn old', 'done']);
    expect(charsLeft).toBe(DOCUMENT_BYTES_MAX);
  });

  it('may follow another one on the same line', () => {
    const { documents } = read('{"report": 1}{"report": 2}\n{"report": 3}');
    expect(documents.map(({ text }) => text)).toEqual(['{"report": 1}', '{"report": 2}', '{"report": 3}']);
  });

  it('has the documents behind it that are none by themselves', () => {
    const { documents, lines } = read('{"report": 1}\n{"more": 1}\n{\n"more": 2\n}\n\nend\n{"more": 3}');
    expect(documents).toEqual([
      { text: '{"report": 1}', logLine: 1, followers: '\n{"more": 1}\n{\n"more": 2\n}', state: 'whole' },
    ]);
    // They may as well be something else, so the lines are shown too.
    expect(lines).toContain('{"more": 1}');
    expect(lines).toContain('{"more": 3}');
  });

  it('goes on behind lines of another stream', () => {
    const { documents, lines } = read('{\n"report": [\nnpm warn old "x\n1\n]\n}');
    expect(documents).toMatchObject([{ text: '{\n"report": [\n1\n]\n}', state: 'whole' }]);
    expect(lines).toEqual(['npm warn old "x']);
  });

  it('that breaks off is cut, and what follows is read as lines', () => {
    const noise = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    const { documents, lines } = read(['{', '"report": [', ...noise].join('\n'));
    expect(documents).toEqual([{ text: '{\n"report": [', logLine: 1, followers: '', state: 'cut' }]);
    expect(lines).toEqual(expect.arrayContaining(noise));
  });

  it('that the log ends in is cut', () => {
    expect(read('{\n"report": [1,').documents).toMatchObject([{ state: 'cut', text: '{\n"report": [1,' }]);
    expect(read('{"report": "abc').documents).toMatchObject([{ state: 'cut' }]);
    expect(read('<report>\n<a>').documents).toMatchObject([{ state: 'cut' }]);
  });

  it('that is too long is handed over as far as it goes, and nothing inside it begins another one', () => {
    const row = `{"x": "${'y'.repeat(10_000)}"},`;
    const rows = Array.from({ length: DOCUMENT_BYTES_MAX / row.length + 10 }, () => row);
    const { documents, charsLeft } = read(
      ['[', '{"report": 1},', ...rows, '{}]', '{"report": 2}'].join('\n'),
    );
    expect(documents.map(({ state }) => state)).toEqual(['too long', 'whole']);
    expect(documents[0]!.text.length).toBeLessThanOrEqual(DOCUMENT_BYTES_MAX + row.length);
    expect(charsLeft).toBe(DOCUMENT_BYTES_MAX);
  });

  it('in one line is not one when a parser of lines takes it', () => {
    expect(read('{"report": 1}', () => true).documents).toEqual([]);
  });
});

describe('a log without a report', () => {
  it.each([
    '[INFO] building\n[12:34:56] x',
    '{\n  a: 1,\n}\nend',
    '{\n  "a": 1\n}\nend',
    '<html>\n<p>text\nend',
    '[\n[\n[',
    '{"level":"info"}\n{"level":"warn"',
    '{"a": "\nb"}',
  ])('keeps its lines and their order: %j', (log) => {
    const { documents, lines, charsLeft } = read(log);
    expect(documents).toEqual([]);
    expect(lines).toEqual(log.split('\n'));
    expect(charsLeft).toBe(DOCUMENT_BYTES_MAX);
  });

  it('is not held back for ever by a document that is none', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `  "key ${i}": ${i},`);
    expect(read(['{', ...rows].join('\n')).lines).toHaveLength(20_001);
  });

  it('of JSON lines is asked a few times only', () => {
    let asked = 0;
    const catcher = createDocumentCatcher({
      recognises: () => {
        asked += 1;
        return false;
      },
      onLine: () => false,
      onDocument: () => {},
      budget: createDocumentBudget(),
    });
    for (let number = 1; number < 1000; number++) {
      const text = `{"level":"info","at":${number}}`;
      catcher.line({ head: text, text, number });
    }
    expect(asked).toBeLessThan(20);
  });

  it('never loses a line, whatever it is made of', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '"a"',
      ',',
      ':',
      '1',
      '<a>',
      '</a>',
      '<a/>',
      'x',
    );
    const line = fc.array(fragment, { maxLength: 6 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 30 }), (all) => {
        const { lines, documents } = read(all.join('\n'));
        expect(documents).toEqual([]);
        expect(lines.toSorted()).toEqual(all.toSorted());
      }),
    );
  });
});

describe('the beginning of a long line', () => {
  it.each([
    ['{"report": 1, ', true],
    ['web  | {"report": 1, ', true],
    ['{"other": 1, ', false],
    ['[INFO] "report"', false],
    ['plain "report"', false],
  ])('%j', (beginning, expected) => {
    expect(holdsReport(beginning, recognises)).toBe(expected);
  });
});

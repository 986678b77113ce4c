// What must hold for every tool, tried on its samples.
import type { Finding } from '@crafting-table/contracts/finding';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogParsers } from '../create-log-parsers.ts';
import type { ParseResult } from '../core/parse-result.ts';
import { parseReportFile } from '../parse-report-file.ts';
import { listToolFolders, parseSample, readSamples, type Sample } from './read-samples.ts';

const samples = listToolFolders().flatMap(readSamples);
const logs = samples.filter((sample) => sample.inputName === 'input.txt');
const reports = samples.filter((sample) => sample.inputName !== 'input.txt');

const LOG_FRAGMENTS = ['a.c:1:2: error: x', '(1,2): ', ' - error', '\n', '\r', '\x1b[', '\u{D800}'];
const XML_FRAGMENTS = ['<testsuites>', '<testcase name="', '</', '<![CDATA[', ']]>', '&#0;', '"'];
const JSON_FRAGMENTS = ['{"version":"2.1.0","runs":[', '"results":[{"locations":[{}]}', '{', ']'];
const FRAGMENTS = [...LOG_FRAGMENTS, ...XML_FRAGMENTS, ...JSON_FRAGMENTS];

function parseChunks(sample: Sample, chunks: Uint8Array[]): ParseResult {
  const parsers = createLogParsers(sample.context);
  for (const chunk of chunks) parsers.feed(chunk);
  return parsers.end({ exitCode: 1 });
}

describe.each(logs)('the log of $tool, $variant', (sample) => {
  const text = Buffer.from(sample.bytes).toString('utf8');
  const expected = parseSample(sample)!;
  const parseText = (other: string) => parseChunks(sample, [Buffer.from(other)]);

  it('reads the same from chunks of any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (size) => {
        const count = Math.ceil(sample.bytes.length / size);
        const chunks = Array.from({ length: count }, (_, i) =>
          sample.bytes.subarray(i * size, (i + 1) * size),
        );
        expect(parseChunks(sample, chunks)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('reads the same in colour', () => {
    const coloured = text
      .replaceAll(/\x1b\[[\d;]*m/g, '')
      .split('\n')
      .map((line) =>
        line.replaceAll(/[A-Za-z]+|:/g, (word) => `\x1b[1;3${word.length % 8}m${word}\x1b[0m\x1b[K`),
      );
    expect(parseText(coloured.join('\n'))).toEqual(expected);
  });

  it('reads the same with CRLF', () => {
    expect(parseText(text.replaceAll('\n', '\r\n'))).toEqual(expected);
  });

  it('reads the same behind overwritten progress', () => {
    expect(parseText(text.replaceAll(/^(?=.)/gm, '[1/9] working...\r'))).toEqual(expected);
  });

  it('counts a doubled log as repetitions and nothing else', () => {
    const doubled = parseText(`${text}\n${text}`);
    const twice = expected.findings.map((finding) => ({ ...finding, occurrences: 2 * finding.occurrences }));
    expect(doubled.findings).toEqual(twice);
  });

  // A name in front of one or two lines may be anything.
  if (text.trimEnd().split('\n').length >= 3) {
    it('reads the same behind the name of a container', () => {
      expect(parseText(text.replaceAll(/^(?=[^])/gm, 'web  | '))).toEqual(expected);
    });
  }

  it('yields from any prefix only what the whole log yields, but for the last one of each tool', () => {
    const known = new Set(expected.findings.map(identify));
    fc.assert(
      fc.property(fc.nat({ max: sample.bytes.length }), (length) => {
        const { findings } = parseChunks(sample, [sample.bytes.subarray(0, length)]);
        const strangers = findings.filter((finding) => !known.has(identify(finding)) && !isEcho(finding));
        const tools = strangers.map(({ tool }) => tool);
        expect({ strangers, tools: tools.length }).toEqual({ strangers, tools: new Set(tools).size });
      }),
      { numRuns: 60 },
    );
  });
});

describe.each(reports)('the report of $tool, $variant', (sample) => {
  const expected = parseSample(sample)!;
  const known = new Set(expected.findings.map(identify));

  it('yields from any prefix only what the whole report yields, and never calls it complete', () => {
    const end = Buffer.from(sample.bytes).toString('latin1').trimEnd().length;
    fc.assert(
      fc.property(fc.nat({ max: end - 1 }), (length) => {
        const result = parseSample(sample, sample.bytes.subarray(0, length));
        if (result === null) return;
        expect(result.findings.filter((finding) => !known.has(identify(finding)))).toEqual([]);
        expect(result.toolRuns.at(-1)?.completeness).not.toBe('complete');
      }),
      { numRuns: 100 },
    );
  });

  if (isOneDocument(sample)) {
    it('is found in a log', () => {
      const log = ['starting', Buffer.from(sample.bytes).toString('utf8'), 'done', ''].join('\n');
      const inLog = parseChunks(sample, [Buffer.from(log)]);
      expect(inLog.findings.map(withoutSource)).toEqual(expected.findings.map(withoutSource));
      expect(inLog.toolRuns.map(({ tool }) => tool)).toEqual(expected.toolRuns.map(({ tool }) => tool));
    });
  }

  it('never throws on a damaged report', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 20 }),
        (damage) => {
          const bytes = Uint8Array.from(sample.bytes);
          for (const [at, value] of damage) bytes[at % bytes.length] = value;
          expect(() => parseSample(sample, bytes)).not.toThrow();
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe.each(samples)('the sample of $tool, $variant', (sample) => {
  it('leaves nothing that Postgres refuses, whatever stands in its strings', () => {
    const text = Buffer.from(sample.bytes).toString('utf8');
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat({ max: 3 })), (choices) => {
        const poison = (quoted: string) =>
          choices.next().value === 0 ? `${quoted.slice(0, -1)}\\u0000\\ud800"` : quoted;
        const poisoned = text.replaceAll(/"(?:[^"\\\n]|\\.)*"/g, poison);
        const { findings, toolRuns } = parseSample(sample, Buffer.from(poisoned)) ?? {};
        const stored = JSON.stringify([findings, toolRuns]);
        expect(/.{0,200}(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f]).{0,20}/.exec(stored)?.[0]).toBeUndefined();
      }),
      { numRuns: 10 },
    );
  });
});

describe('any bytes', () => {
  const context = { subproject: 'a', workspaceRoot: '/w', knownFile: () => true };

  it('never throw and never take a fault of a parser', () => {
    const fragment = fc.constantFrom(...FRAGMENTS);
    fc.assert(
      fc.property(fc.array(fc.oneof(fragment, fc.string()), { maxLength: 30 }), (parts) => {
        const bytes = Buffer.from(parts.join(''));
        const parsers = createLogParsers(context);
        parsers.feed(bytes);
        const results = [parsers.end({ exitCode: null }), parseReportFile({ path: 'r', bytes }, context)];
        const notes = results
          .flatMap((result) => result?.toolRuns ?? [])
          .map((toolRun) => toolRun.note ?? '');
        expect(notes.filter((note) => note.startsWith('the parser failed'))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

/** JSON lines are read line by line in a log, and text is text. */
function isOneDocument({ bytes }: Sample): boolean {
  const text = Buffer.from(bytes).toString('utf8').trim();
  if (text.startsWith('<')) return true;
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false; // Not one document.
  }
}

function withoutSource(finding: Finding): object {
  return { ...finding, source: undefined };
}

/** What a tool says once more for a forge counts only until the tool's own words are there. */
function isEcho({ source }: Finding): boolean {
  return source.format === 'github-annotations';
}

function identify(finding: Finding): string {
  return JSON.stringify([
    finding.rule_id,
    finding.path,
    finding.region?.line,
    finding.test?.name,
    finding.message,
  ]);
}

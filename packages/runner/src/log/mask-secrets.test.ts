import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { createSecretMask, maskText } from './mask-secrets.ts';
import { secretForms } from './secret-forms.ts';

const SECRET = 'hunter2/hunter+3';

test('without secrets a chunk passes through as the same buffer', () => {
  const mask = createSecretMask(['', 'abc']);
  const chunk = Buffer.from('abc');
  expect(mask.push(chunk)).toBe(chunk);
  expect(mask.heldBytes).toBe(0);
  expect(mask.end()).toHaveLength(0);
});

test('a chunk without anything like a secret is not copied', () => {
  const chunk = Buffer.from('nothing to see');
  expect(createSecretMask([SECRET]).push(chunk).buffer).toBe(chunk.buffer);
});

test('a secret split at any place is masked', () => {
  const text = Buffer.from(`before ${SECRET} after`);
  for (let border = 0; border <= text.length; border += 1) {
    const mask = createSecretMask([SECRET]);
    const masked = [mask.push(text.subarray(0, border)), mask.push(text.subarray(border)), mask.end()];
    expect(Buffer.concat(masked).toString()).toBe('before *** after');
  }
});

test('only bytes that may begin a secret are held back', () => {
  const mask = createSecretMask([SECRET]);
  expect(mask.push(Buffer.from('log in with hunter')).toString()).toBe('log in with ');
  expect(mask.heldBytes).toBe('hunter'.length);
  expect(mask.push(Buffer.from('s only\n')).toString()).toBe('hunters only\n');
  expect(mask.heldBytes).toBe(0);
});

test('the beginning of a secret at the end of the output is shown, for nothing follows it', () => {
  const mask = createSecretMask([SECRET]);
  expect(mask.push(Buffer.from('hunter2')).toString()).toBe('');
  expect(mask.end().toString()).toBe('hunter2');
});

test('a secret that is also the beginning of a longer one is masked at the end', () => {
  const mask = createSecretMask(['hunter2', 'hunter2-admin']);
  expect(mask.push(Buffer.from('hunter2')).toString()).toBe('');
  expect(mask.end().toString()).toBe('***');
});

test('overlapping secrets become one mask and leave nothing of either', () => {
  expect(maskText('<abcdXefgh>', ['abcdX', 'Xefgh'])).toBe('<***>');
});

test('a mask that has gone out already grows when another secret begins inside it in a later chunk', () => {
  const mask = createSecretMask(['abcdXY', 'XYefgh']);
  const masked = ['<abcdXY', 'ef', 'gh>'].map((chunk) => mask.push(Buffer.from(chunk)).toString());
  expect(masked.join('') + mask.end().toString()).toBe('<***>');
});

test.each([
  ['the value', SECRET],
  ['base64 with padding', Buffer.from(SECRET).toString('base64')],
  ['url-safe base64', Buffer.from(SECRET).toString('base64url')],
  ['a URL part', encodeURIComponent(SECRET)],
  ['a URL part in lower case', encodeURIComponent(SECRET).replaceAll('%2F', '%2f').replaceAll('%2B', '%2b')],
])('%s is masked', (_name, form) => {
  expect(maskText(`[${form}]`, [SECRET])).toBe('[***]');
});

test('a password inside the base64 of "user:password" is masked whatever the length of the user name', () => {
  for (const user of ['a', 'ab', 'abc', 'abcd']) {
    const header = Buffer.from(`${user}:${SECRET}`).toString('base64');
    const masked = maskText(header, [SECRET]);
    expect(masked).toContain('***');
    expect(Buffer.from(masked.split('***').join(''), 'base64').toString('latin1')).not.toContain('hunter');
  }
});

test('each line of a secret of many lines is masked, alone and in the broken lines that base64 writes', () => {
  const lines = Array.from(
    { length: 8 },
    (_, index) => `${index}${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw'.repeat(2)}`,
  );
  const key = lines.join('\n');
  expect(maskText(`key: ${lines[3]}\r\n`, [key])).toBe('key: ***\r\n');
  const broken = Buffer.from(key).toString('base64').replaceAll(/.{76}/g, '$&\n');
  expect(maskText(broken, [key]).replaceAll(/[*\n]/g, '')).toBe('');
});

test('a value under four characters, or a line under four, is left alone', () => {
  expect(maskText('abc of the abcd', ['abc'])).toBe('abc of the abcd');
  expect(maskText('abc and defgh', ['abc\ndefgh'])).toBe('abc and ***');
});

test('a value with characters beyond ASCII is masked', () => {
  expect(maskText('es ist Schlüssel€!', ['Schlüssel€'])).toBe('es ist ***!');
});

// Few letters, so that secrets overlap, repeat and begin inside each other all the time.
const letters = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength, maxLength });
const cases = fc.record({
  secrets: fc.array(letters(4, 9), { minLength: 1, maxLength: 4 }),
  text: letters(0, 120),
  cuts: fc.array(fc.nat(120), { maxLength: 12 }),
});

test('any chunking gives what masking the whole text by the plain definition gives', () => {
  fc.assert(
    fc.property(cases, ({ secrets, text, cuts }) => {
      const mask = createSecretMask(secrets);
      const masked = [...chunked(Buffer.from(text), cuts).map(mask.push), mask.end()];
      expect(Buffer.concat(masked).toString()).toBe(maskedByDefinition(text, secrets));
    }),
    { numRuns: 2_000 },
  );
});

test('no form of a secret survives any chunking', () => {
  const secret = fc
    .string({ unit: 'grapheme', minLength: 4, maxLength: 40 })
    // A mask looks like a secret made of stars.
    .filter((value) => !value.includes('*'));
  const filler = fc.string({ unit: fc.constantFrom(' ', '\n', '#'), maxLength: 20 });
  fc.assert(
    fc.property(
      secret,
      filler,
      filler,
      fc.array(fc.nat(300), { maxLength: 12 }),
      (secret, before, after, cuts) => {
        for (const form of secretForms(secret)) {
          const mask = createSecretMask([secret]);
          const text = Buffer.concat([Buffer.from(before), form, Buffer.from(after)]);
          const masked = Buffer.concat([...chunked(text, cuts).map(mask.push), mask.end()]);
          expect(masked.includes('***')).toBe(true);
          expect(masked.includes(form)).toBe(false);
        }
      },
    ),
    { numRuns: 200 },
  );
});

function chunked(bytes: Buffer, cuts: number[]): Buffer[] {
  const borders = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
}

/** Every byte of every occurrence of every form, by looking at every place. */
function maskedByDefinition(text: string, secrets: string[]): string {
  const forms = secrets.flatMap(secretForms).map(String);
  let masked = '';
  let hiddenTo = 0;
  for (let at = 0; at < text.length; at += 1) {
    const found = forms.filter((form) => text.startsWith(form, at)).map((form) => at + form.length);
    if (found.length > 0 && at >= hiddenTo) masked += '***';
    hiddenTo = Math.max(hiddenTo, ...found);
    if (at >= hiddenTo) masked += text[at];
  }
  return masked;
}

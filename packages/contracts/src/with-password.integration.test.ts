import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { SettingsError } from './settings.ts';
import { withPassword } from './with-password.ts';

const folder = mkdtempSync(join(tmpdir(), 'crafting-password-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const file = join(folder, 'password');
  writeFileSync(file, text);
  return file;
}

test('a password comes from its file, whatever characters it has, and without the line end', () => {
  const url = new URL(withPassword('postgres://crafting@db:5432/farm', fileWith('p@ss/w:rd %?\n')));
  expect(decodeURIComponent(url.password)).toBe('p@ss/w:rd %?');
  expect(url.username).toBe('crafting');
  expect(withPassword('redis://redis:6379', fileWith('secret'))).toBe('redis://:secret@redis:6379');
});

test('without a file a URL stays as it is', () => {
  expect(withPassword('redis://:own@redis:6379', undefined)).toBe('redis://:own@redis:6379');
});

test('a file that is missing or empty is told by name', () => {
  const missing = join(folder, 'no-such-file');
  expect(() => withPassword('redis://redis', missing)).toThrow(
    new SettingsError(`${missing} cannot be read for its password: ENOENT.`),
  );
  const empty = fileWith('\n');
  expect(() => withPassword('redis://redis', empty)).toThrow(
    new SettingsError(`${empty} holds no password.`),
  );
});

import { readFileSync } from 'node:fs';
import { SettingsError } from './settings.ts';

/**
 * The URL with the password that stands in a file, its line end left out. Without a file the URL stays as it is.
 * @throws SettingsError when the file cannot be read or is empty; it never says what is in it.
 */
export function withPassword(url: string, file: string | undefined): string {
  if (file === undefined) return url;
  const parsed = new URL(url);
  parsed.password = encodeURIComponent(readPassword(file));
  return parsed.href;
}

/** What stands in the file, without its line end. Throws as above. */
export function readPassword(file: string): string {
  const password = readText(file).trimEnd();
  if (password === '') throw new SettingsError(`${file} holds no password.`);
  return password;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new SettingsError(`${file} cannot be read for its password: ${code}.`);
  }
}

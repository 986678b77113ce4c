import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ProblemMatchers, type ProblemMatcher } from '@crafting-table/contracts/problem-matcher';
import { z } from 'zod';
import { MissingInput } from './read-input.ts';

/**
 * The problem matchers of a JSON file.
 * @throws MissingInput when it cannot be read, is no JSON or has no matchers.
 */
export function readMatchers(folder: string, file: string): ProblemMatcher[] {
  const parsed = ProblemMatchers.safeParse(readJson(resolve(folder, file), file));
  if (parsed.success) return parsed.data;
  throw new MissingInput(`${file} has no problem matchers:\n${z.prettifyError(parsed.error)}`);
}

function readJson(path: string, file: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new MissingInput(`${file} cannot be read: ${why}`);
  }
}

// For tests only: the captured output of every tool, with the worktree it was captured in.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createLogParsers } from '../create-log-parsers.ts';
import type { ParseResult } from '../core/parse-result.ts';
import type { ParseContext } from '../core/tool.ts';
import { parseReportFile } from '../parse-report-file.ts';

/** Where the samples were captured. */
export const SAMPLE_ROOT = '/workspace';
const TOOLS_FOLDER = import.meta.dirname;

export type Sample = {
  /** `<ecosystem>/<tool>`. */
  tool: string;
  variant: string;
  inputName: string;
  bytes: Uint8Array;
  expectedPath: string;
  context: ParseContext;
};

/** `<ecosystem>/<tool>` of every tool folder. */
export function listToolFolders(): string[] {
  return foldersIn(TOOLS_FOLDER).flatMap((ecosystem) =>
    foldersIn(join(TOOLS_FOLDER, ecosystem)).map((tool) => `${ecosystem}/${tool}`),
  );
}

export function toolFile(tool: string, name: string): string {
  return join(TOOLS_FOLDER, tool, name);
}

/** Every sample of one tool. Throws when a variant has no single input. */
export function readSamples(tool: string): Sample[] {
  const samples = toolFile(tool, 'samples');
  if (!existsSync(samples)) return [];
  return foldersIn(samples).map((variant) => readSample(tool, variant, join(samples, variant)));
}

function readSample(tool: string, variant: string, folder: string): Sample {
  const inputs = readdirSync(folder).filter((name) => name.startsWith('input.'));
  const inputName = inputs[0];
  if (inputName === undefined || inputs.length > 1) throw new Error(`${folder} needs exactly one input.*`);
  const files = new Set(filesBelow(join(folder, 'source')));
  return {
    tool,
    variant,
    inputName,
    bytes: readFileSync(join(folder, inputName)),
    expectedPath: join(folder, 'expected.jsonl'),
    context: { subproject: '', workspaceRoot: SAMPLE_ROOT, knownFile: (path) => files.has(path) },
  };
}

/** Text is read as a log, everything else as a report file. */
export function parseSample(sample: Sample, bytes: Uint8Array = sample.bytes): ParseResult | null {
  if (sample.inputName !== 'input.txt') {
    return parseReportFile({ path: sample.inputName, bytes }, sample.context);
  }
  const parsers = createLogParsers(sample.context);
  parsers.feed(bytes);
  return parsers.end({ exitCode: 1 });
}

/** Paths as they were in the worktree: in the samples each file carries `.txt` at its end. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => relative(folder, path).replace(/\.txt$/, ''));
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

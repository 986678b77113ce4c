// One diagnostic of cargo-deny in whatever format, and the finding it makes.
import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import { cvssOfVector } from '../../generic/cvss-score.ts';
import { type Crate, crateFlawToDraft, cratePolicyToDraft, readSolution } from '../crate-flaw.ts';

export type DenyDiagnostic = {
  level: 'error' | 'warning';
  code: string;
  message: string;
  notes: readonly string[];
  crate: Crate | undefined;
  /** The text does not say these. */
  aliases?: readonly string[];
  vector?: string | undefined;
  logLine: number;
};

/** An index or a crate that could not be asked says nothing about the crate. */
export const UNASKED = new Set(['index-failure', 'index-cache-load-failure']);

const LICENSE_CODES = new Set([
  'rejected',
  'unlicensed',
  'no-license-field',
  'missing-clarification-file',
  'license-exception-not-encountered',
  'license-not-encountered',
  'skipped-private-workspace-crate',
  'gather-failure',
]);

export function denyDiagnosticToDraft(diagnostic: DenyDiagnostic, collector: FindingCollector): FindingDraft {
  const { level, code, message, notes, crate, logLine } = diagnostic;
  const noteOf = (title: string) =>
    notes.find((note) => note.startsWith(`${title}: `))?.slice(title.length + 2);
  const stated = {
    id: noteOf('ID'),
    url: noteOf('Advisory'),
    patched: readSolution(noteOf('Solution') ?? ''),
    detail: notes.join('\n'),
    logLine,
  };
  const { id } = stated;
  if (code === 'vulnerability' && crate !== undefined && id !== undefined) {
    const { aliases, vector } = diagnostic;
    const cvss = vector === undefined ? [] : [cvssOfVector(vector)];
    return crateFlawToDraft({ ...stated, id, crate, aliases, title: message, cvss }, collector);
  }
  const kind = LICENSE_CODES.has(code) ? 'license' : 'policy';
  return cratePolicyToDraft({ ...stated, crate, rule: code, kind, level, text: message }, collector);
}

/** What one `check` amounts to: how many diagnostics of each level there were, and who could not be asked. */
export type DenyCheck = { errors: number; warnings: number; unasked: number };

export function openCheck(): DenyCheck {
  return { errors: 0, warnings: 0, unasked: 0 };
}

export function countDiagnostic(check: DenyCheck, { level, code }: DenyDiagnostic): void {
  check[level === 'error' ? 'errors' : 'warnings'] += 1;
  if (UNASKED.has(code)) check.unasked += 1;
}

export function judgeCheck({ errors, warnings, unasked }: DenyCheck) {
  const parsed = { errors, warnings };
  if (unasked === 0) return { completeness: 'complete', parsed } as const;
  const note = `crates that the registry was not asked about: ${unasked}`;
  return { completeness: 'partial', parsed, note } as const;
}

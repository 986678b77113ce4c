// One diagnostic of rustc or Clippy in whatever format, and the finding it makes.
import type { FindingKind, FindingLevel } from '@crafting-table/contracts/finding';
import type { FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import { COMPILER_SEVERITY, LINTER_SEVERITY } from '../../../core/severity.ts';

export type RustDiagnostic = {
  level: FindingLevel;
  message: string;
  /** `E0308`, `unused_imports`, `clippy::needless_return`. */
  rule?: string | undefined;
  url?: string | undefined;
  place?: StatedPlace | undefined;
  related?: FindingDraft['related'] | undefined;
  detail: string;
  help?: string | undefined;
  fixable?: 'safe' | 'unsafe' | undefined;
  logLine?: number | undefined;
};

export function toRustDraft(diagnostic: RustDiagnostic): FindingDraft {
  const { level, message, rule, url, place, related, detail, help, fixable, logLine } = diagnostic;
  const isManifest = place?.path?.endsWith('.toml') ?? false;
  const kind = isManifest ? 'config_error' : kindOf(level, rule);
  const draft: FindingDraft = {
    kind,
    severity: (kind === 'lint' ? LINTER_SEVERITY : COMPILER_SEVERITY)[level],
    level,
    text: message,
    detail,
    place,
    related: related ?? [],
    rule: { id: rule, url: url ?? urlOf(rule) },
    help,
    fixable,
  };
  if (logLine !== undefined) draft.logLine = logLine;
  return draft;
}

function kindOf(level: FindingLevel, rule: string | undefined): FindingKind {
  if (rule?.startsWith('clippy::')) return 'lint';
  return level === 'error' ? 'compile_error' : 'compile_warning';
}

function urlOf(rule: string | undefined): string | undefined {
  return rule !== undefined && /^E\d{4}$/.test(rule)
    ? `https://doc.rust-lang.org/error_codes/${rule}.html`
    : undefined;
}

import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { COMPILER_SEVERITY, levelFromWord, LINTER_SEVERITY } from '../../../core/severity.ts';
import {
  type JsonRecord,
  listAt,
  numberAt,
  recordAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';

export type GolangciIssue = {
  path: string;
  region: StatedRegion;
  message: string;
  linter: string;
  /** The word of the configuration; empty where it has none. */
  severity?: string | undefined;
};

/** What text and JSON have in common. */
export function toIssueDraft({ path, region, message, linter, severity }: GolangciIssue): FindingDraft {
  const isCompilers = linter === 'typecheck';
  const level = levelFromWord(severity ?? '') ?? 'error';
  return {
    kind: isCompilers
      ? 'compile_error'
      : linter === 'gosec'
        ? 'sast'
        : isFormatter(linter)
          ? 'format'
          : 'lint',
    severity: (isCompilers ? COMPILER_SEVERITY : LINTER_SEVERITY)[level],
    level,
    text: message,
    place: { path, region },
    rule: { id: ruleOf(message, linter), name: linter },
    rawSeverity: severity,
  };
}

/** `SA1019: …` of staticcheck, `G104: …` of gosec, `exported: …` of revive: the linter's own name of the rule. */
function ruleOf(message: string, linter: string): string {
  const own = /^(?<rule>[A-Z]{1,4}\d{3,4}|[a-z][a-z0-9-]{2,40}): \S/.exec(message.slice(0, 100))?.groups
    ?.rule;
  return own === undefined || linter === 'typecheck' ? linter : `${linter}/${own}`;
}

function isFormatter(linter: string): boolean {
  return /^(?:gofmt|gofumpt|goimports|gci|golines|swaggo)$/.test(linter);
}

export function readIssue(issue: JsonRecord): FindingDraft {
  const pos = recordAt(issue, 'Pos');
  const col = numberAt(pos, 'Column');
  const range = recordAt(issue, 'LineRange');
  const draft = toIssueDraft({
    path: stringAt(pos, 'Filename') ?? '',
    region: { line: numberAt(pos, 'Line'), col, endLine: numberAt(range, 'To'), unit: 'byte' },
    message: stringAt(issue, 'Text') ?? '',
    linter: stringAt(issue, 'FromLinter') ?? 'golangci-lint',
    severity: stringAt(issue, 'Severity'),
  });
  const fixable = listAt(issue, 'SuggestedFixes').length > 0 ? { fixable: 'safe' as const } : {};
  return { ...draft, detail: stringsAt(issue, 'SourceLines').join('\n'), ...fixable };
}

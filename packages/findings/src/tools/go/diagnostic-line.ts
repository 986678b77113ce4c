// `./main.go:9:18: undefined: sum`: the line that the compiler, vet and the linters of Go share.
import type { StatedRegion } from '../../core/region.ts';

export type GoDiagnostic = {
  path: string;
  region: StatedRegion;
  message: string;
  /** vet says so before an error of the compiler that kept it from looking. */
  isFromVet: boolean;
};

const LINE =
  /^(?<vet>vet: )?(?<path>(?:[A-Za-z]:)?[^\s:()"']{1,400}\.(?:go|s|mod|work)):(?<line>\d{1,7})(?::(?<col>\d{1,7}))?: (?<message>\S.*)$/;

/** Where such a line may begin; `readGoDiagnostic` decides. */
export const DIAGNOSTIC_HINT = '^(?:vet: )?(?:[A-Za-z]:)?[^\\s:()"\']{1,300}\\.(?:go|s|mod|work):\\d{1,7}:';

export function readGoDiagnostic(head: string): GoDiagnostic | undefined {
  const groups = LINE.exec(head)?.groups;
  if (groups?.path === undefined || groups.message === undefined) return undefined;
  // Only errors in go.mod have no column.
  if (groups.col === undefined && !/\.(?:mod|work)$/.test(groups.path)) return undefined;
  const col = groups.col === undefined ? undefined : Number(groups.col);
  return {
    path: groups.path,
    region: { line: Number(groups.line), col, unit: 'byte' },
    message: groups.message.trimEnd(),
    isFromVet: groups.vet !== undefined,
  };
}

/** `message (SA4006)`, `message (errcheck)`: a linter names its rule, the compiler and vet never do. */
export function splitLinterRule(message: string): { message: string; rule: string } | undefined {
  const match = / {1,3}\((?<rule>[A-Z]{1,4}\d{4}|(?!type\))[a-z][a-z0-9_-]{1,40})\)$/.exec(
    message.slice(-60),
  );
  if (match?.groups?.rule === undefined) return undefined;
  return { message: message.slice(0, -match[0].length).trimEnd(), rule: match.groups.rule };
}

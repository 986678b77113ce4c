// One diagnostic in the format that all tasks of MSBuild share, and the finding it makes.
import type { FindingKind, FindingLevel } from '@crafting-table/contracts/finding';
import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import type { StatedRegion } from '../../../core/region.ts';
import { COMPILER_SEVERITY, LINTER_SEVERITY, levelFromWord } from '../../../core/severity.ts';
import { auditToDraft, isAudit } from './audit-warning.ts';

export type MsbuildDiagnostic = {
  /** A file; absent when a tool speaks (`CSC`, `MSBUILD`). */
  path?: string;
  region: StatedRegion;
  word: string;
  level: FindingLevel;
  code: string;
  message: string;
  /** Analysers put it in brackets behind the message. */
  url?: string | undefined;
  /** The project that was built, and for which framework. */
  project?: string | undefined;
  target?: string | undefined;
};

const NUMBER = String.raw`\d{1,7}`;
const LINE = new RegExp(
  String.raw`^ {0,8}(?:(?<path>(?:[A-Za-z]:)?[^\s:(][^:(]{0,400})(?:\((?<line>${NUMBER})(?:,(?<col>${NUMBER})(?:,(?<endLine>${NUMBER}),(?<endCol>${NUMBER}))?)?\))? ?: )?` +
    String.raw`(?<word>error|warning) (?<code>(?!TS\d)[A-Za-z]{1,10}\d{1,6}): (?<rest>.*)$`,
);
const PROJECT = / \[(?<project>[^[\]]{1,500}\.(?:\w{2,3}proj|slnx?|slnf))(?:::(?<target>[^\]]{1,200}))?\]$/;
const URL_BEHIND = / \((?<url>https?:\/\/[^\s()]{1,500})\)$/;
/** Codes that nobody but .NET uses; other lines must name their project. */
const OWN_CODE = /^(?:CS|VB|BC|FS|MSB|NU|NETSDK|CA|IDE|SYSLIB)\d{4}$/;
const TOOL_NAME = /^(?:CSC|VBC|FSC|MSBUILD|NUGET|LINK|cl)$/i;

export function readDiagnostic(line: string): MsbuildDiagnostic | undefined {
  const groups = LINE.exec(line)?.groups;
  if (groups === undefined) return undefined;
  const { path, word = '', code = '', rest = '' } = groups;
  const project = PROJECT.exec(rest)?.groups;
  if (project === undefined && !OWN_CODE.test(code)) return undefined;
  const said = rest.replace(PROJECT, '');
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return {
    ...(path === undefined || TOOL_NAME.test(path.trim()) ? {} : { path: path.trim() }),
    region: {
      line: number(groups.line),
      col: number(groups.col),
      endLine: number(groups.endLine),
      endCol: number(groups.endCol),
    },
    word,
    level: levelFromWord(word) ?? 'error',
    code,
    message: said.replace(URL_BEHIND, ''),
    url: URL_BEHIND.exec(said)?.groups?.url,
    project: project?.project,
    target: project?.target,
  };
}

export function diagnosticToDraft(
  diagnostic: MsbuildDiagnostic,
  collector: FindingCollector,
  logLine: number,
): FindingDraft {
  if (isAudit(diagnostic.code)) return { ...auditToDraft(diagnostic, collector), logLine };
  const { path, project, region, word, level, code, message } = diagnostic;
  const kind = kindOf(code, level);
  // What has no file of its own is said of the project.
  const place = path ?? project;
  return {
    kind,
    level,
    severity: (kind === 'lint' ? LINTER_SEVERITY : COMPILER_SEVERITY)[level],
    rawSeverity: word,
    text: message,
    place: place === undefined ? undefined : { path: place, region },
    rule: { id: code, url: diagnostic.url },
    logLine,
  };
}

/** NU1301: the source of the packages does not answer. NU1900: nor does the one of the advisories. MSB1xxx: the command line. */
function kindOf(code: string, level: FindingLevel): FindingKind {
  if (/^(?:NU1301|NU1900|MSB1\d{3})$/.test(code)) return 'tool_error';
  if (/^(?:MSB|NU|NETSDK)\d/.test(code)) return 'config_error';
  if (/^(?:CS|VB|BC|FS|C|LNK)\d/.test(code)) return level === 'error' ? 'compile_error' : 'compile_warning';
  return 'lint';
}

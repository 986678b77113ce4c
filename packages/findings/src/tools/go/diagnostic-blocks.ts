// `go build`, `go vet` and `go test` print diagnostics under `# package`, and vet's under `# [package]` or with no heading at
// all. Two tools read the same lines: each takes what is its own.
import { CONTINUATION_LINES_MAX } from '../../core/limits.ts';
import type { LineVerdict, LogLine, LogParser } from '../../core/tool.ts';
import { DIAGNOSTIC_HINT, type GoDiagnostic, readGoDiagnostic, splitLinterRule } from './diagnostic-line.ts';
import { vetAnalyzer } from './vet-analyzers.ts';

export type BlockDiagnostic = GoDiagnostic & {
  /** As the heading says it. */
  package?: string | undefined;
  /** vet's; undefined for the compiler. */
  analyzer?: string | undefined;
  detail: string[];
  logLine: number;
};

const HEADING =
  /^(?:-: |\S{1,300}\.go:\d{1,7}: : )?# (?:\[(?<vetted>[^\s\]]{1,400})\]|(?<package>[^\s[\]]{1,400})(?: \[[^\s\]]{1,400}\])?)$/;

export const BLOCKS_HINT = `^(?:-: |\\S{1,300}\\.go:\\d{1,7}: : )?# [^\\s]{1,400}(?: \\[[^\\s\\]]{1,400}\\])?$|${DIAGNOSTIC_HINT}`;
/** What linters call that which the compiler said. */
export const COMPILERS: ReadonlySet<string> = new Set(['compile', 'typecheck']);
/** Rule of what vet says in words that are not known here. */
export const VET_RULE = 'vet';

export type DiagnosticBlocks = LogParser & { flush: () => void };

/** `add` is given each diagnostic of `owner` when its continuation lines are over. */
export function createDiagnosticBlocks(
  owner: 'compiler' | 'vet' | 'unheaded',
  add: (diagnostic: BlockDiagnostic) => void,
): DiagnosticBlocks {
  let heading: { package: string; isVetted: boolean } | undefined;
  let open: BlockDiagnostic | undefined;

  const flush = () => {
    if (open !== undefined) add(open);
    open = undefined;
  };

  const readHeading = (line: LogLine): boolean => {
    const groups = HEADING.exec(line.head)?.groups;
    if (groups === undefined) return false;
    heading = { package: groups.vetted ?? groups.package ?? '', isVetted: groups.vetted !== undefined };
    return true;
  };

  const begin = (diagnostic: GoDiagnostic, line: LogLine): LineVerdict => {
    const analyzer = analyzerOf(diagnostic, heading?.isVetted);
    if (ownerOf(diagnostic, analyzer, heading !== undefined) !== owner) {
      return heading === undefined ? 'ignored' : 'watching';
    }
    open = { ...diagnostic, analyzer, package: heading?.package, detail: [], logLine: line.number };
    return 'reading';
  };

  return {
    line: (line) => {
      if (open !== undefined && /^\t{1,4}\S/.test(line.head)) {
        if (open.detail.length < CONTINUATION_LINES_MAX) open.detail.push(line.text);
        return 'reading';
      }
      flush();
      if (readHeading(line)) return 'watching';
      const diagnostic = readGoDiagnostic(line.head);
      const linters = diagnostic && splitLinterRule(diagnostic.message);
      if (diagnostic !== undefined && (linters === undefined || COMPILERS.has(linters.rule))) {
        return begin({ ...diagnostic, message: linters?.message ?? diagnostic.message }, line);
      }
      // Lines below a diagnostic that the other tool has taken.
      if (heading !== undefined && /^\t{1,4}\S/.test(line.head)) return 'watching';
      heading = undefined;
      return 'ignored';
    },
    end: flush,
    flush,
  };
}

/** What the go command says before it compiles, and what is wrong with its own files. */
const COMMANDS =
  /^(?:no required module provides package|package \S{1,300} is not in std|cannot find (?:package|module)|missing go\.sum entry|import cycle|use of (?:internal|vendored) package|found packages |module \S{1,300} provides package|ambiguous import)/;

/** The compiler always prints a heading; without one it is a formatter, a linter or a generator that parsed the file. */
function ownerOf(diagnostic: GoDiagnostic, analyzer: string | undefined, isHeaded: boolean) {
  if (analyzer !== undefined) return 'vet';
  const isCommands = COMMANDS.test(diagnostic.message) || !diagnostic.path.endsWith('.go');
  return isHeaded || isCommands || diagnostic.isFromVet ? 'compiler' : 'unheaded';
}

function analyzerOf({ message, isFromVet }: GoDiagnostic, isVetted: boolean | undefined): string | undefined {
  if (isFromVet) return undefined;
  return vetAnalyzer(message) ?? (isVetted ? VET_RULE : undefined);
}

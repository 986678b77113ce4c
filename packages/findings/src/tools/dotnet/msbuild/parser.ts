import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { diagnosticToDraft, readDiagnostic } from './diagnostic.ts';

/** The classic logger repeats every diagnostic below this, then counts them. */
const SUMMARY = /^Build (?<outcome>FAILED|succeeded)\.$/;
const COUNT = /^ {4}(?<count>\d{1,7}) (?<what>Warning|Error)\(s\)$/;
/** The terminal logger of .NET 8 and later. */
const LAST =
  /^Build (?<outcome>failed|succeeded)(?: with (?:(?<errors>\d{1,7}) error\(s\))?(?: and )?(?:(?<warnings>\d{1,7}) warning\(s\))?)? in \S{1,20}$/;

type Counts = { errors: number; warnings: number };
type Build = {
  seen: Counts;
  repeated: Counts;
  isInSummary: boolean;
  outcome?: string;
  warnings?: number;
  fault?: string;
};

const noCounts = (): Counts => ({ errors: 0, warnings: 0 });

export function createMsbuildParser(collector: LogCollector): LogParser {
  let build: Build | undefined;

  const current = (): Build => (build ??= { seen: noCounts(), repeated: noCounts(), isInSummary: false });

  const close = (outcome: string | undefined, claimed: Counts | undefined) => {
    const { seen, repeated, fault } = current();
    build = undefined;
    collector.closeRun({
      claimed,
      // Each is printed when it happens and again in the summary, unless one of the two is switched off.
      parsed: {
        errors: Math.max(seen.errors, repeated.errors),
        warnings: Math.max(seen.warnings, repeated.warnings),
      },
      ...judge(outcome, fault),
    });
  };

  const readDiagnosticLine = (line: LogLine): LineVerdict | undefined => {
    const diagnostic = readDiagnostic(line.head);
    if (diagnostic === undefined) return undefined;
    const state = current();
    const counts = state.isInSummary ? state.repeated : state.seen;
    counts[diagnostic.level === 'error' ? 'errors' : 'warnings']++;
    const draft = diagnosticToDraft(diagnostic, collector, line.number);
    if (draft.kind === 'tool_error') state.fault ??= diagnostic.message;
    collector.add(draft);
    return 'taken';
  };

  const readCount = (line: LogLine): LineVerdict | undefined => {
    const groups = COUNT.exec(line.head)?.groups;
    if (groups === undefined || build?.isInSummary !== true) return undefined;
    if (groups.what === 'Warning') build.warnings = Number(groups.count);
    else close(build.outcome, { errors: Number(groups.count), warnings: build.warnings ?? 0 });
    return 'taken';
  };

  return {
    line: (line) => {
      const read = readDiagnosticLine(line) ?? readCount(line);
      if (read !== undefined) return read;
      const summary = SUMMARY.exec(line.head)?.groups?.outcome;
      if (summary !== undefined) {
        current().isInSummary = true;
        current().outcome = summary.toLowerCase();
        return 'taken';
      }
      const last = LAST.exec(line.head)?.groups;
      if (last === undefined) return 'ignored';
      close(last.outcome, { errors: Number(last.errors ?? 0), warnings: Number(last.warnings ?? 0) });
      return 'taken';
    },
    end: () => {
      if (build?.isInSummary || build?.fault !== undefined) close(build.outcome, undefined);
    },
  };
}

/** Projects that need one that failed are not built, so nobody knows what they hold. */
function judge(outcome: string | undefined, fault: string | undefined) {
  if (fault !== undefined) return { completeness: 'failed', note: fault } as const;
  if (outcome === 'failed') return { completeness: 'partial', note: 'the build failed' } as const;
  return { completeness: 'complete' } as const;
}

import type { LogCollector, LogParser, ToolRunDraft } from '../../../core/tool.ts';
import { createDiagnosticBlocks } from '../diagnostic-blocks.ts';
import { createDirectoryStack } from '../directory-stack.ts';
import { compilerDraft } from './diagnostic.ts';
import { readDriverFault } from './driver-fault.ts';

const GENERATED =
  /^(?:(?<warnings>\d{1,7}) warnings?)?(?: and )?(?:(?<errors>\d{1,7}) errors?)? generated\.$/;

/** Source for a hint: how clang ends a file with which it was not content. */
export const GENERATED_HINT = '^\\d{1,7} (?:warning|error)[a-z0-9 ]{0,30} generated\\.$';

/** gcc, clang and whoever calls them. A build is many invocations in any order, so all of them make one tool run. */
export function createCompilerParser(collector: LogCollector): LogParser {
  const directories = createDirectoryStack(collector.resolve);
  const parsed = { errors: 0, warnings: 0 };
  let claimed: { errors: number; warnings: number } | undefined;
  const blocks = createDiagnosticBlocks(collector, directories, (diagnostic) => {
    const draft = compilerDraft(diagnostic);
    if (draft !== undefined) parsed[draft.level === 'error' ? 'errors' : 'warnings']++;
    return draft;
  });

  return {
    line: (line) => {
      if (directories.line(line.head)) {
        blocks.close();
        return 'ignored'; // make's own parser takes it.
      }
      const totals = GENERATED.exec(line.head)?.groups;
      // clang-tidy prints the same line, but not below a diagnostic of a compiler.
      if (totals !== undefined && blocks.isOpen()) {
        blocks.close();
        claimed ??= { errors: 0, warnings: 0 };
        claimed.errors += Number(totals.errors ?? 0);
        claimed.warnings += Number(totals.warnings ?? 0);
        return 'taken';
      }
      const fault = readDriverFault(line.head);
      if (fault === undefined) return blocks.line(line);
      blocks.close();
      collector.add({ ...fault, logLine: line.number });
      return 'taken';
    },
    end: ({ exitCode }) => {
      blocks.close();
      // Only clang counts; what gcc alone has said is judged by the exit code like any other log.
      if (claimed !== undefined) collector.closeRun({ claimed, parsed, ...judge(exitCode) });
    },
  };
}

function judge(exitCode: number | null): Pick<ToolRunDraft, 'completeness' | 'note'> {
  if (exitCode === 0) return { completeness: 'complete' };
  if (exitCode === null) return { completeness: 'partial', note: 'the recipe did not end by itself' };
  return {
    completeness: 'unknown',
    note: `exit code ${exitCode}: files after the first fault may not be compiled`,
  };
}

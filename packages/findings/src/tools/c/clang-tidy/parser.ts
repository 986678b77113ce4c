import type { FindingDraft } from '../../../core/finding-collector.ts';
import { COMPILER_SEVERITY, LINTER_SEVERITY, levelFromWord } from '../../../core/severity.ts';
import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { TOOL_FAULT } from '../../../engine/tool-fault.ts';
import { createDiagnosticBlocks } from '../diagnostic-blocks.ts';
import type { CDiagnostic } from '../diagnostic-line.ts';
import { createDirectoryStack } from '../directory-stack.ts';

/** Checks are words with hyphens: `bugprone-branch-clone`, `clang-analyzer-core.NullDereference`. */
const CHECK = /^(?!misra-|premium-)[a-z][A-Za-z0-9]*[-.][A-Za-z0-9_+.=](?:-?[A-Za-z0-9_+.=])*$/;
const UNPLACED = /^(?<word>error|warning): (?<message>.*) \[(?<check>clang-diagnostic-[\w-]{1,80})\]$/;
const BROKEN = /^(?:Error while processing \S.*\.|Found compiler error\(s\)\.)$/;
const SUPPRESSED = /^Suppressed \d{1,9} warnings? \(/;
const NO_CHECKS = 'Error: no checks enabled.';

/** Diagnostics of the compiler's layout whose tag is a check. One invocation for each file, so all make one tool run. */
export function createClangTidyParser(collector: LogCollector): LogParser {
  const directories = createDirectoryStack(collector.resolve);
  const blocks = createDiagnosticBlocks(collector, directories, tidyDraft);
  let isSeen = false;
  let broken: string | undefined;

  return {
    line: (line) => {
      if (directories.line(line.head)) return 'ignored';
      const unplaced = UNPLACED.exec(line.head)?.groups;
      if (unplaced !== undefined || line.head === NO_CHECKS) {
        blocks.close();
        broken = unplaced?.message ?? line.head;
        const fault: FindingDraft = { ...TOOL_FAULT, text: broken };
        collector.add({ ...fault, rule: { id: unplaced?.check }, logLine: line.number });
        return 'taken';
      }
      if (BROKEN.test(line.head) || SUPPRESSED.test(line.head)) {
        blocks.close();
        isSeen = true;
        if (BROKEN.test(line.head)) broken ??= line.text;
        return 'taken';
      }
      return blocks.line(line);
    },
    end: ({ exitCode }) => {
      blocks.close();
      if (broken !== undefined) collector.closeRun({ completeness: 'partial', note: broken });
      else if (isSeen) collector.closeRun({ completeness: exitCode === null ? 'partial' : 'complete' });
    },
  };
}

function tidyDraft({ word, message, tags }: CDiagnostic): FindingDraft | undefined {
  const stated = tags.at(-1)?.split(',') ?? [];
  const checks = stated.filter((check) => check !== '-warnings-as-errors');
  const [check, ...aliases] = checks;
  if (check === undefined || !checks.every((each) => CHECK.test(each))) return undefined;
  const level = levelFromWord(word) ?? 'warning';
  const isCompilers = check.startsWith('clang-diagnostic-');
  return {
    kind: isCompilers ? (level === 'error' ? 'compile_error' : 'compile_warning') : 'lint',
    level,
    severity: (isCompilers ? COMPILER_SEVERITY : LINTER_SEVERITY)[level],
    text: message,
    rule: { id: check, url: urlOf(check) },
    rawSeverity: word,
    extra: aliases.length === 0 ? undefined : { aliases },
  };
}

function urlOf(check: string): string | undefined {
  if (/^clang-(?:diagnostic|analyzer)-/.test(check)) return undefined;
  const split = check.indexOf('-');
  return `https://clang.llvm.org/extra/clang-tidy/checks/${check.slice(0, split)}/${check.slice(split + 1)}.html`;
}

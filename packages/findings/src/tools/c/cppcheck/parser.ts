import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { createDiagnosticBlocks } from '../diagnostic-blocks.ts';
import { createDirectoryStack } from '../directory-stack.ts';
import { cppcheckDraft, isUnread } from './problem.ts';

const ID = /^[a-zA-Z]\w{2,80}$|^(?:misra|premium)-[\w.-]{1,80}$/;
const PROGRESS =
  /^Checking [^\s:][^:]{0,400}\.[A-Za-z+]{1,4}(?:: .{0,400}|)? ?\.\.\.$|^\d{1,7}\/\d{1,7} files checked \d{1,3}% done$/;
const FAULT = /^cppcheck: (?:error: )?(?<message>.*)$/;

/** Progress and diagnostics. Which files there are and that it came to its end is not said in text. */
export function createCppcheckParser(collector: LogCollector): LogParser {
  const directories = createDirectoryStack(collector.resolve);
  let isSeen = false;
  let unread = 0;
  const blocks = createDiagnosticBlocks(collector, directories, ({ word, message, tags }) => {
    const id = tags.at(-1);
    if (id === undefined || !ID.test(id)) return undefined;
    if (isUnread(id)) unread++;
    return cppcheckDraft(id, word, message);
  });

  return {
    line: (line) => {
      if (directories.line(line.head)) return 'ignored';
      if (PROGRESS.test(line.head)) {
        blocks.close();
        isSeen = true;
        return 'taken';
      }
      const message = FAULT.exec(line.head)?.groups?.message;
      if (message === undefined) return blocks.line(line);
      blocks.close();
      collector.add({
        kind: 'tool_error',
        severity: 'high',
        level: 'error',
        text: message,
        logLine: line.number,
      });
      collector.closeRun({ completeness: 'failed', note: message });
      return 'taken';
    },
    end: ({ exitCode }) => {
      blocks.close();
      if (!isSeen) return;
      const note = exitCode === null ? 'the recipe did not end by itself' : unreadNote(unread);
      collector.closeRun({ completeness: note === undefined ? 'complete' : 'partial', note });
    },
  };
}

export function unreadNote(unread: number): string | undefined {
  return unread === 0 ? undefined : `faults that kept files from being checked: ${unread}`;
}

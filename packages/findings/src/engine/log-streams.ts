import type { LogLine } from '../core/tool.ts';
import { withoutCounter } from './counter-prefix.ts';
import { createDocumentBudget, createDocumentCatcher, type EmbeddedDocument } from './embedded-documents.ts';
import type { LogRunner } from './log-runner.ts';

export type LogStream = {
  line: (line: LogLine) => void;
  isCapturing: () => boolean;
  /** A line that nobody looks for would change nothing. */
  isIdle: () => boolean;
  end: (exitCode: number | null) => void;
};

/** The streams of one log by name, each with parsers and captured reports of its own. */
export function createLogStreams(outlets: {
  openRunner: () => LogRunner;
  recognises: (beginning: string) => boolean;
  onDocument: (document: EmbeddedDocument) => void;
}) {
  const byName = new Map<string, LogStream>();
  const budget = createDocumentBudget();
  const open = (): LogStream => {
    const runner = outlets.openRunner();
    const onLine = (line: LogLine) => {
      if (runner.line(line)) return true;
      const counted = withoutCounter(line);
      if (counted !== undefined) runner.lineAgain(counted);
      return false;
    };
    const catcher = createDocumentCatcher({ ...outlets, onLine, budget });
    return {
      line: catcher.line,
      isCapturing: catcher.isCapturing,
      isIdle: () => catcher.isIdle() && runner.isIdle(),
      end: (exitCode) => {
        catcher.end();
        runner.end({ exitCode });
      },
    };
  };
  let last: { name: string; stream: LogStream } | undefined;
  return {
    of: (name: string): LogStream => {
      if (last?.name === name) return last.stream;
      const stream = byName.get(name) ?? open();
      byName.set(name, stream);
      last = { name, stream };
      return stream;
    },
    isIdle: (name: string): boolean => byName.get(name)?.isIdle() ?? false,
    isCapturing: () => [...byName.values()].some((stream) => stream.isCapturing()),
    end: (exitCode: number | null) => {
      for (const stream of byName.values()) stream.end(exitCode);
    },
  };
}

import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { createJsonDocuments } from '../../../engine/json-documents.ts';
import { createScan } from './scan.ts';

/** `-json`: documents one after another, the configuration first. Nothing says which is the last. */
export function createGovulncheckJsonParser(collector: LogCollector): LogParser {
  const documents = createJsonDocuments();
  let scan = createScan();

  const close = (draft: Parameters<LogCollector['closeRun']>[0]) => {
    const stated = { version: scan.version(), databaseAt: scan.databaseAt() };
    scan.close(collector);
    collector.closeRun({ ...draft, ...stated });
    scan = createScan();
  };

  return {
    line: ({ text }) => {
      const step = documents.line(text);
      if (step.state === 'inside' || documents.isInside()) return 'watching';
      if (step.state !== 'whole') return 'ignored';
      const isConfig = typeof step.value === 'object' && step.value !== null && 'config' in step.value;
      if (isConfig && scan.isOpen()) close({ completeness: 'unknown', note: 'another scan begins' });
      return scan.add(step.value) ? 'taken' : 'ignored';
    },
    end: ({ exitCode }) => {
      if (!scan.isOpen()) return;
      if (documents.isInside()) close({ completeness: 'partial', note: 'a document is cut off' });
      else if (exitCode === 0) close({ completeness: 'complete' });
      else close({ completeness: 'unknown', note: 'the format has no end mark' });
    },
  };
}

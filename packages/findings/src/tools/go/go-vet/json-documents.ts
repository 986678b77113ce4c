import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { createJsonDocuments } from '../../../engine/json-documents.ts';
import { isVetDocument, readVetDocument } from './json-package.ts';

/** `-json`: a document a package, on standard output or, before Go 1.24, on standard error under `# package`. */
export function createGoVetJsonParser(collector: LogCollector): LogParser {
  const documents = createJsonDocuments();
  let start = 0;
  return {
    line: ({ text, number }) => {
      const wasInside = documents.isInside();
      const step = documents.line(text);
      if (step.state === 'inside' || (step.state === 'broken' && documents.isInside())) {
        if (!wasInside || step.state === 'broken') start = number;
        return 'watching';
      }
      if (step.state !== 'whole' || !isVetDocument(step.value) || Object.keys(step.value).length === 0) {
        return 'ignored';
      }
      for (const draft of readVetDocument(step.value)) collector.add({ ...draft, logLine: start });
      return 'taken';
    },
    end: () => {},
  };
}

import type { LogCollector, LogParser } from '../../../core/tool.ts';
import { compileErrorDraft } from '../compile-error.ts';
import { createDiagnosticBlocks } from '../diagnostic-blocks.ts';

export function createGoSyntaxParser(collector: LogCollector): LogParser {
  return createDiagnosticBlocks('unheaded', (diagnostic) => collector.add(compileErrorDraft(diagnostic)));
}

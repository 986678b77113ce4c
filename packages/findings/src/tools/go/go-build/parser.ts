import { COMPILER_SEVERITY } from '../../../core/severity.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { compileErrorDraft } from '../compile-error.ts';
import { createDiagnosticBlocks } from '../diagnostic-blocks.ts';
import { isGoFault, toGoFault } from './go-fault.ts';

const TOO_MANY = 'too many errors';
const CYCLE = /^\timports \S{1,400}(?: from \S{1,200})?: (?<words>import cycle not allowed.*)$/;

export function createGoBuildParser(collector: LogCollector): LogParser {
  let isCut = false;
  let chain: { lines: string[]; logLine: number } | undefined;
  let isFailing = false;
  const blocks = createDiagnosticBlocks('compiler', (diagnostic) =>
    collector.add(compileErrorDraft(diagnostic)),
  );

  /** `package a`, `	imports b from a.go`, …: only the last line says what is wrong with it. */
  const followChain = (line: LogLine): LineVerdict => {
    if (chain === undefined || !line.head.startsWith('\timports ')) return 'ignored';
    if (chain.lines.length < CONTINUATION_LINES_MAX) chain.lines.push(line.text);
    const words = CYCLE.exec(line.head)?.groups?.words;
    if (words === undefined) return 'watching';
    collector.add({
      kind: 'compile_error',
      severity: COMPILER_SEVERITY.error,
      level: 'error',
      text: `${words}: ${chain.lines[0]}`,
      detail: chain.lines.join('\n'),
      rule: { id: 'import-cycle' },
      logLine: chain.logLine,
    });
    chain = undefined;
    return 'taken';
  };

  const readFault = (line: LogLine): LineVerdict => {
    if (!isGoFault(line.head)) return 'ignored';
    isFailing = true;
    // What is wrong with go.mod stands on the next lines.
    if (/: errors parsing \S{1,300}:$|^go: errors parsing /.test(line.head)) return 'reading';
    collector.add(toGoFault(line));
    return 'taken';
  };

  return {
    line: (line) => {
      const followed = followChain(line);
      if (followed !== 'ignored') return followed;
      chain = undefined;
      const verdict = blocks.line(line);
      if (verdict !== 'ignored') return verdict;
      if (line.head === TOO_MANY) {
        isCut = true;
        return 'taken';
      }
      if (/^package \S{1,400}$/.test(line.head)) {
        chain = { lines: [line.text], logLine: line.number };
        return 'watching';
      }
      return readFault(line);
    },
    end: () => {
      blocks.flush();
      if (isFailing)
        collector.closeRun({ completeness: 'failed', note: 'the go command did not start its work' });
      else if (isCut) collector.closeRun({ completeness: 'partial', note: TOO_MANY });
    },
  };
}

// pytest that could not do its work: a wrong command line, a conftest.py that does not load, a plugin that breaks it.
import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine } from '../../../core/tool.ts';
import { exceptionType } from '../exception-line.ts';
import { placeOfFrames } from '../frames.ts';
import { addToBlock, type FailureBlock, openBlock } from './failure-block.ts';

type FaultName = 'usage' | 'conftest' | 'internal-error';

type Fault = {
  name: FaultName;
  message: string;
  block: FailureBlock;
};

export type FaultReader = {
  line: (line: LogLine) => LineVerdict;
  /** Was there a fault since the last call? It is handed over, with a tool run of its own when `withRun`. */
  close: (version: string | undefined, withRun: boolean) => boolean;
};

const INTERNAL = 'INTERNALERROR>';
const CONFTEST = /^ImportError while loading conftest '/;
const USAGE =
  /^ERROR: (?=usage: |file or directory not found|not found: |found no collectors|module or package)/;

export function createFaultReader(collector: LogCollector): FaultReader {
  let fault: Fault | undefined;
  let isReading = false;

  const open = (name: FaultName, message: string, line: LogLine): LineVerdict => {
    close(undefined, true);
    fault = { name, message, block: openBlock(name, line.number) };
    isReading = name !== 'usage' || message.startsWith('usage: ');
    return isReading ? 'reading' : 'taken';
  };

  const close = (version: string | undefined, withRun: boolean): boolean => {
    isReading = false;
    if (fault === undefined) return false;
    const draft = toDraft(fault, collector);
    collector.add(draft);
    if (withRun) collector.closeRun({ completeness: 'failed', version, note: draft.text });
    else collector.closeRun({ completeness: 'failed', note: draft.text });
    fault = undefined;
    return true;
  };

  return {
    line: (line) => {
      const { head } = line;
      if (head.startsWith(INTERNAL)) {
        if (fault?.name !== 'internal-error') open('internal-error', 'INTERNALERROR', line);
        addInternal(fault!, head.slice(INTERNAL.length + 1)); // Just opened, where there was none.
        return 'reading';
      }
      if (USAGE.test(head)) return open('usage', head.replace(USAGE, ''), line);
      if (CONFTEST.test(head)) return open('conftest', head, line);
      if (fault === undefined || !isReading) return 'ignored';
      isReading = addFollowing(fault, line);
      return isReading ? 'reading' : 'ignored';
    },
    close,
  };
}

function addInternal(fault: Fault, rest: string): void {
  addToBlock(fault.block, rest, rest);
  if (exceptionType(rest) !== undefined) fault.message = rest;
}

/** Does the line still belong to the fault? */
function addFollowing(fault: Fault, { head, text }: LogLine): boolean {
  if (fault.name === 'internal-error' || fault.block.lines.length >= CONTINUATION_LINES_MAX) return false;
  if (fault.name === 'usage') {
    const said = /^[\w./-]{1,100}: error: (.*)$/.exec(head)?.[1];
    if (said !== undefined) fault.message = said;
    else if (!/^ {2,}\S/.test(head)) return false;
  } else if (!/^(?:\s|E |\S{1,400}:\d{1,9}: in )/.test(head)) return false;
  addToBlock(fault.block, head, text);
  return true;
}

function toDraft({ name, message, block }: Fault, collector: LogCollector): FindingDraft {
  const own = placeOfFrames(block.frames, collector.resolve);
  return {
    kind: name === 'conftest' ? 'config_error' : 'tool_error',
    severity: 'high',
    level: 'error',
    text: name === 'conftest' && block.message !== '' ? block.message : message,
    detail: name === 'conftest' ? [message, ...block.lines].join('\n') : block.lines.join('\n'),
    place: own?.place,
    related: own?.related ?? [],
    rule: { id: name },
    logLine: block.logLine,
  };
}

import type { FindingDraft } from '../../../core/finding-collector.ts';
import { CONTINUATION_LINES_MAX, RELATED_PLACES_MAX } from '../../../core/limits.ts';
import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { diagnosticToDraft, readDiagnostic, type SwiftDiagnostic } from './diagnostic.ts';
import { packageFaultToDraft, readPackageFault } from './package-fault.ts';

const BEGUN = /^Building for (?:debugging|production)\.\.\.$/;
const COMPLETE = /^Build complete! /;
/** Says only that the diagnostics above or below stopped a step. */
const STEP_FAILED = /^error: (?:emit-module command failed|fatalError$)/;
const FRAME = /^ {0,8}\d{0,7} {0,8}\|/;
const CARET = /^\s{0,200}[\^~][\s^~]{0,200}$/;

type Open = {
  diagnostic: SwiftDiagnostic;
  logLine: number;
  detail: string[];
  related: NonNullable<FindingDraft['related']>;
};
type Build = { fault?: string };

/** A diagnostic stays open while its code frame and notes follow. The same one is printed for every step that meets it. */
export function createSwiftBuildParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let build: Build | undefined;

  const closeDiagnostic = () => {
    if (open === undefined) return;
    const { diagnostic, logLine, detail, related } = open;
    collector.add({ ...diagnosticToDraft(diagnostic, logLine), detail: detail.join('\n'), related });
    open = undefined;
  };

  const close = (isComplete: boolean) => {
    closeDiagnostic();
    if (build === undefined && !isComplete) return;
    if (build?.fault !== undefined) collector.closeRun({ completeness: 'failed', note: build.fault });
    else if (isComplete) collector.closeRun({ completeness: 'complete' });
    else collector.closeRun({ completeness: 'partial', note: 'the build did not complete' });
    build = undefined;
  };

  const readNew = (diagnostic: SwiftDiagnostic, { number }: LogLine): LineVerdict => {
    if (diagnostic.level === 'note') {
      if (open !== undefined && open.related.length < RELATED_PLACES_MAX) {
        const { path, region, message } = diagnostic;
        open.related.push({ path, region, message });
      }
      return open === undefined ? 'taken' : 'reading';
    }
    closeDiagnostic();
    build ??= {};
    open = { diagnostic, logLine: number, detail: [], related: [] };
    return 'reading';
  };

  const readFrame = (current: Open, { head, text }: LogLine): LineVerdict => {
    const isFrame = FRAME.test(head) || CARET.test(head);
    if (isFrame && current.detail.length < CONTINUATION_LINES_MAX) {
      current.detail.push(text);
      return 'reading';
    }
    // Before 6.0 the line of code stands bare between the diagnostic and its caret.
    if (current.detail.length === 0 && /^\s/.test(head)) return 'reading';
    closeDiagnostic();
    return 'ignored';
  };

  return {
    line: (line) => {
      const diagnostic = readDiagnostic(line.head);
      if (diagnostic !== undefined) return readNew(diagnostic, line);
      if (BEGUN.test(line.head)) {
        close(false);
        build = {};
        return 'taken';
      }
      if (COMPLETE.test(line.head)) {
        close(true);
        return 'taken';
      }
      const fault = readPackageFault(line.head);
      if (fault !== undefined) {
        closeDiagnostic();
        collector.add(packageFaultToDraft(fault, line.number));
        build = { fault: fault.text };
        return 'taken';
      }
      if (STEP_FAILED.test(line.head)) {
        closeDiagnostic();
        build ??= {};
        return 'taken';
      }
      return open === undefined ? 'ignored' : readFrame(open, line);
    },
    end: () => close(false),
  };
}

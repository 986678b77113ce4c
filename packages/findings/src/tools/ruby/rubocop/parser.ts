import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { type Offense, offenseToDraft } from './offense.ts';

const COP = String.raw`(?:\[(?<mark>Correctable|Corrected|Todo)\] )?(?<cop>[A-Z]\w{1,60}(?:\/[A-Z]\w{1,80}){1,3}): (?<message>.*)$`;
const OFFENSE = new RegExp(
  String.raw`^(?<path>[^\s:][^:]{0,400}):(?<line>\d{1,7}):(?<col>\d{1,7}): (?<severity>[IRCWEF]): ${COP}`,
);
const GROUP = /^== (?<path>\S.{0,400}) ==$/;
const GROUPED = new RegExp(
  String.raw`^(?<severity>[IRCWEF]): {1,7}(?<line>\d{1,7}): {1,7}(?<col>\d{1,7}): ${COP}`,
);
const SUMMARY = /^(?<files>\d{1,7}) files? inspected, (?<offenses>no|\d{1,7}) offenses? detected/;
const FAULT = /^Error: unrecognized cop|: can't find executable rubocop for /;
const COP_FAULT = /^An error occurred while (?<cop>[A-Z]\w{1,40}\/\w{1,80}) cop was inspecting /;
const CARET = /^\s*\^/;
/** Second lines of the message, the source line and its carets. */
const FRAME_LINES_MAX = 10;

type Open = { offense: Offense; isCorrected: boolean; frame: string[] };

/** An offense stays open until the carets below its source line; the summary closes the run. */
export function createRubocopParser(collector: LogCollector): LogParser {
  let open: Open | undefined;
  let group: string | undefined;
  let offenses = 0;
  let faults = 0;

  const close = (frame: string) => {
    if (open !== undefined && !open.isCorrected) collector.add(offenseToDraft(open.offense, frame));
    open = undefined;
  };

  const finish = (groups: Record<string, string | undefined>) => {
    const claimed = groups.offenses === 'no' ? 0 : Number(groups.offenses);
    const none = groups.files === '0' ? 'no file was inspected' : undefined;
    const note = faults > 0 ? `cops that failed: ${faults}` : none;
    collector.closeRun({
      completeness: faults > 0 ? 'partial' : none === undefined ? 'complete' : 'unknown',
      claimed: { files: Number(groups.files), offenses: claimed },
      parsed: { offenses },
      note,
    });
    group = undefined;
    offenses = 0;
    faults = 0;
  };

  const readFrame = (line: LogLine): LineVerdict => {
    if (open === undefined) return group === undefined ? 'ignored' : 'watching';
    open.frame.push(line.text);
    if (CARET.test(line.head)) {
      close(open.frame.join('\n'));
      return 'taken';
    }
    if (line.head !== '' && open.frame.length < FRAME_LINES_MAX) return 'watching';
    close('');
    return 'ignored';
  };

  return {
    line: (line) => {
      const offense = readOffense(line, group);
      if (offense !== undefined) {
        close('');
        open = offense;
        offenses += 1;
        return 'reading';
      }
      const summary = SUMMARY.exec(line.head)?.groups;
      if (summary !== undefined) {
        close('');
        finish(summary);
        return 'taken';
      }
      const heading = GROUP.exec(line.head)?.groups?.path;
      if (heading !== undefined) {
        close('');
        group = heading;
        return 'watching';
      }
      if (FAULT.test(line.head)) {
        reportToolFault(collector, { text: line.text, logLine: line.number });
        return 'taken';
      }
      const cop = COP_FAULT.exec(line.head)?.groups?.cop;
      if (cop === undefined) return readFrame(line);
      faults += 1;
      collector.add({
        kind: 'tool_error',
        severity: 'high',
        level: 'error',
        text: line.text,
        rule: { id: cop },
        logLine: line.number,
      });
      return 'taken';
    },
    end: () => close(''),
  };
}

function readOffense(line: LogLine, group: string | undefined): Open | undefined {
  const groups = (OFFENSE.exec(line.head) ?? (group === undefined ? null : GROUPED.exec(line.head)))?.groups;
  if (groups === undefined) return undefined;
  const offense: Offense = {
    path: groups.path ?? group ?? '',
    region: { line: Number(groups.line), col: Number(groups.col) },
    severity: groups.severity ?? '',
    cop: groups.cop ?? '',
    message: groups.message ?? '',
    correctable: groups.mark === 'Correctable',
    logLine: line.number,
  };
  return { offense, isCorrected: groups.mark === 'Corrected', frame: [] };
}

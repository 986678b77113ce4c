import type { LogCollector, LogLine, LogParser, LineVerdict } from '../../../core/tool.ts';
import { createMissingCheck, reportMissingTool } from '../missing-tool.ts';
import { createFaultReader } from './fault.ts';
import { framedTitle, readFinalLine } from './final-line.ts';
import { createSession, type Session } from './session.ts';

/** What pytest is called on a command line. */
export const PYTEST_NAMES = 'pytest|py\\.test';
const isMissing = createMissingCheck(PYTEST_NAMES);

type Section = 'progress' | 'blocks' | 'summary' | 'other';
const SECTIONS = new Map<string, Section>([
  ['ERRORS', 'blocks'],
  ['FAILURES', 'blocks'],
  ['short test summary info', 'summary'],
]);

/** A session is held back until its last line, because only the short summary says in which file a failed test is. */
export function createPytestParser(collector: LogCollector): LogParser {
  let session: Session | undefined;
  let section: Section = 'progress';
  const faults = createFaultReader(collector);

  const begin = () => {
    session?.close(undefined);
    session = createSession(collector);
    section = 'progress';
  };

  const openSection = (title: string) => {
    if (title === 'test session starts') return begin();
    session ??= createSession(collector); // With -q no session announces itself.
    session.closeBlock();
    section = SECTIONS.get(title) ?? 'other';
  };

  const finish = (line: LogLine): boolean => {
    const totals = readFinalLine(line.head);
    if (totals === undefined) return false;
    const hadFault = faults.close(session?.version, totals.tests === 0);
    if (!hadFault || totals.tests > 0) (session ?? createSession(collector)).close(totals);
    session = undefined;
    section = 'progress';
    return true;
  };

  const readInSection = (line: LogLine): LineVerdict => {
    if (session === undefined || section === 'progress') return 'ignored';
    const heading = section === 'blocks' ? framedTitle(line.head, '_') : undefined;
    if (heading !== undefined) session.openBlock(heading, line.number);
    else if (section === 'blocks') session.addToBlock(line.head, line.text);
    else if (section === 'summary') session.addSummaryLine(line.head, line.number);
    return 'reading';
  };

  return {
    line: (line) => {
      if (isMissing(line.head)) {
        reportMissingTool(collector, line);
        return 'taken';
      }
      if (finish(line)) return 'taken';
      const fault = faults.line(line);
      if (fault !== 'ignored') return fault;
      const title = framedTitle(line.head, '=');
      if (title !== undefined && isSection(title, session)) {
        openSection(title);
        return section === 'progress' ? 'taken' : 'reading';
      }
      const stopped = session && framedTitle(line.head, '!');
      if (session !== undefined && stopped !== undefined) {
        session.stopped = stopped;
        return section === 'progress' ? 'taken' : 'reading';
      }
      const version = /^platform .{1,80}, pytest-(\d[\w.]{0,40})/.exec(line.head)?.[1];
      if (session === undefined || version === undefined) return readInSection(line);
      session.version = version;
      return 'taken';
    },
    end: () => {
      faults.close(session?.version, true);
      session?.close(undefined);
      session = undefined;
    },
  };
}

/** Others draw such lines too; outside a session only the sections that hold failures are surely pytest's. */
function isSection(title: string, session: Session | undefined): boolean {
  return session !== undefined || title === 'test session starts' || SECTIONS.has(title);
}

// What is known of one invocation of pytest until its last line.
import type { StatedPlace } from '../../../core/finding-collector.ts';
import { FINDINGS_PER_TOOL_MAX } from '../../../core/limits.ts';
import type { LogCollector, ToolRunDraft } from '../../../core/tool.ts';
import { addToBlock, type FailureBlock, openBlock } from './failure-block.ts';
import type { Totals } from './final-line.ts';
import { readSummaryEntry, type SummaryEntry } from './short-summary.ts';
import { blockToDraft, entryToDraft } from './to-draft.ts';

export type Session = {
  version?: string;
  /** Why it ended before its time, in its own words. */
  stopped?: string;
  openBlock: (heading: string, logLine: number) => void;
  addToBlock: (head: string, text: string) => void;
  closeBlock: () => void;
  addSummaryLine: (head: string, logLine: number) => void;
  /** Hands over all findings. `totals` is absent when the log broke off before the last line. */
  close: (totals: Totals | undefined) => void;
};

/** `--tb=line`: `/workspace/shop/cart.py:7: ValueError: price is negative`. */
type LoosePlace = StatedPlace & { message: string };
const LOOSE = /^(?<path>[^\s:][^:\n]{0,400}):(?<line>\d{1,9}): (?<message>.*)$/;

export function createSession(collector: LogCollector): Session {
  const blocks: FailureBlock[] = [];
  const entries: SummaryEntry[] = [];
  const loose: LoosePlace[] = [];
  const entryOf = new Map<FailureBlock, SummaryEntry>();
  let current: FailureBlock | undefined;

  const findBlock = (title: string, isError: boolean) =>
    blocks.find((block) => block.title === title && block.isError === isError && !entryOf.has(block));

  const handOver = (): Pick<Totals, 'failures' | 'errors'> => {
    const parsed = { failures: 0, errors: 0 };
    const drafts = [
      ...blocks.map((block) => blockToDraft(block, entryOf.get(block), collector.resolve)),
      ...entries.map((entry) => entryToDraft(entry, takePlace(entry, loose))),
    ].filter((draft) => draft !== undefined);
    for (const draft of drafts) {
      collector.add(draft);
      parsed[draft.kind === 'test_error' ? 'errors' : 'failures']++;
    }
    return parsed;
  };

  const session: Session = {
    openBlock: (heading, logLine) => {
      current = openBlock(heading, logLine);
      if (blocks.length < FINDINGS_PER_TOOL_MAX) blocks.push(current);
    },
    addToBlock: (head, text) => {
      if (current !== undefined) addToBlock(current, head, text);
      else if (loose.length < FINDINGS_PER_TOOL_MAX) addLoose(loose, head);
    },
    closeBlock: () => {
      current = undefined;
    },
    addSummaryLine: (head, logLine) => {
      const entry = readSummaryEntry(
        head,
        logLine,
        (title, isError) => findBlock(title, isError) !== undefined,
      );
      if (entry === undefined) return;
      const block = findBlock(entry.id.title, entry.isError);
      if (block !== undefined) entryOf.set(block, entry);
      else if (entries.length < FINDINGS_PER_TOOL_MAX) entries.push(entry);
    },
    close: (totals) => {
      const parsed = handOver();
      const collection = blocks.filter((block) => block.isCollection).length;
      collector.closeRun({
        version: session.version,
        claimed: totals && { ...totals },
        parsed: totals?.tests === 0 && totals.errors === 0 ? { ...parsed, tests: 0 } : parsed,
        ...judge(totals, session.stopped, collection),
      });
    },
  };
  return session;
}

function judge(
  totals: Totals | undefined,
  stopped: string | undefined,
  collectionErrors: number,
): Pick<ToolRunDraft, 'completeness' | 'note'> {
  if (totals === undefined) return { completeness: 'partial', note: 'the log ends before the session does' };
  if (stopped !== undefined) return { completeness: 'partial', note: stopped };
  if (totals.tests === 0 && totals.errors === 0) return { completeness: 'unknown', note: 'no test ran' };
  if (collectionErrors === 0) return { completeness: 'complete' };
  return { completeness: 'partial', note: `files that could not be collected: ${collectionErrors}` };
}

function addLoose(loose: LoosePlace[], head: string): void {
  const groups = LOOSE.exec(head)?.groups;
  if (groups?.path === undefined) return;
  loose.push({ path: groups.path, region: { line: Number(groups.line) }, message: groups.message ?? '' });
}

/** The short summary may cut the message to the width of the terminal. */
function takePlace(entry: SummaryEntry, loose: LoosePlace[]): StatedPlace | undefined {
  const said = entry.message.replace(/\.\.\.$/, '');
  const index = loose.findIndex(({ message }) => said !== '' && message.startsWith(said));
  if (index < 0) return undefined;
  const [{ path, region }] = loose.splice(index, 1) as [LoosePlace]; // The index was found in it.
  return { path, region };
}

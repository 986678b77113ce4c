// `FAILED tests/test_cart.py::test_total - AssertionError: ...` and `ERROR ...` below "short test summary info".
import { type NodeId, readNodeId } from './node-id.ts';

export type SummaryEntry = { isError: boolean; id: NodeId; message: string; logLine: number };

/** A parameter may hold the separator itself. */
const SPLITS_MAX = 20;

/** `isTitle`: has a failure with this heading been printed? That decides where the name ends. */
export function readSummaryEntry(
  line: string,
  logLine: number,
  isTitle: (title: string, isError: boolean) => boolean,
): SummaryEntry | undefined {
  const word = /^(?:FAILED|ERROR|SUBFAILED) (?=\S)/.exec(line)?.[0];
  if (word === undefined) return undefined;
  const isError = word === 'ERROR ';
  const rest = line.slice(word.length);
  const candidates = splits(rest).map(([id, message]) => ({ isError, id: readNodeId(id), message, logLine }));
  return (
    candidates.find(({ id }) => isTitle(id.title, isError)) ??
    candidates.find(({ id }) => !id.name.includes('[') || id.name.endsWith(']')) ??
    candidates[0]
  );
}

function splits(rest: string): [id: string, message: string][] {
  const found: [string, string][] = [];
  for (let at = rest.indexOf(' - '); at >= 0 && found.length < SPLITS_MAX; at = rest.indexOf(' - ', at + 1)) {
    found.push([rest.slice(0, at), rest.slice(at + 3).trim()]);
  }
  return [...found, [rest.trim(), '']];
}

// lld and mold say where on the lines below: `>>> referenced by main.c:5 (/workspace/main.c:5)`.
import type { FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import { RELATED_PLACES_MAX } from '../../../core/limits.ts';

const HEAD = /^(?<word>error|warning): (?<message>.*)$/;
const PLACE =
  /^>>> (?<verb>referenced by|defined (?:at|in)) (?<path>[^\s:(][^:(]{0,400}?)(?::(?<line>\d{1,7}))?(?: \(.{0,800}\))?$/;

/** `rest`: without the name of the linker. */
export function readLldHead(rest: string): FindingDraft | undefined {
  const { word, message } = HEAD.exec(rest)?.groups ?? {};
  if (message === undefined) return undefined;
  const isWarning = word === 'warning';
  return {
    kind: isWarning ? 'compile_warning' : 'compile_error',
    level: isWarning ? 'warning' : 'error',
    severity: isWarning ? 'medium' : 'high',
    text: message,
    rule: { id: ruleOf(message, isWarning) },
    rawSeverity: word,
  };
}

/** Of two definitions the second is the one too many; of several uses the first is shown. */
export function addLldPlace(draft: FindingDraft, head: string): void {
  const { verb, path, line } = PLACE.exec(head)?.groups ?? {};
  if (path === undefined || verb === undefined || /\.(?:o|lo|a|so|obj)$/.test(path)) return;
  const place: StatedPlace = { path, region: line === undefined ? undefined : { line: Number(line) } };
  const earlier = draft.place;
  const isSecondDefinition = earlier !== undefined && verb.startsWith('defined');
  if (earlier === undefined || isSecondDefinition) draft.place = place;
  draft.related ??= [];
  if (earlier === undefined || draft.related.length >= RELATED_PLACES_MAX) return;
  draft.related.push({ ...(isSecondDefinition ? earlier : place), message: verb });
}

function ruleOf(message: string, isWarning: boolean): string {
  if (message.startsWith('undefined symbol')) return 'undefined-reference';
  if (message.startsWith('duplicate symbol')) return 'multiple-definition';
  if (/^(?:unable to find library|library not found)/.test(message)) return 'library-not-found';
  if (/^cannot open .*No such file/.test(message)) return 'file-not-found';
  return isWarning ? 'link-warning' : 'link-error';
}

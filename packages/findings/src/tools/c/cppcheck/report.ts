import type { FindingDraft } from '../../../core/finding-collector.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { readXml, type XmlAttributes } from '../../../engine/read-xml.ts';
import { unreadNote } from './parser.ts';
import { cppcheckDraft, isUnread } from './problem.ts';

/** XML version 2. The first place of an error is its own, the others lead to it. */
export function parseCppcheckXml(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('cppcheck');
  let version: string | undefined;
  let unread = 0;
  let open: FindingDraft | undefined;
  const verdict = readXml(file.bytes, {
    open: (name, attributes) => {
      if (name === 'cppcheck') version = attributes('version');
      if (name === 'error') {
        open = draftOf(attributes);
        if (isUnread(attributes('id') ?? '')) unread++;
      }
      if (name === 'location' && open !== undefined) addPlace(open, attributes);
    },
    text: () => {},
    close: (name) => {
      if (name !== 'error' || open === undefined) return;
      collector.add(open);
      open = undefined;
    },
  });
  const { problem } = verdict;
  const note = problem?.note ?? unreadNote(unread);
  const completeness = problem?.kind === 'refused' ? 'failed' : note === undefined ? 'complete' : 'partial';
  reader.close(collector, { completeness, version, note });
}

function draftOf(attributes: XmlAttributes): FindingDraft {
  const message = attributes('msg') ?? '';
  const verbose = attributes('verbose');
  const cwe = attributes('cwe');
  return {
    ...cppcheckDraft(attributes('id') ?? 'cppcheckError', attributes('severity') ?? '', message),
    detail: verbose === message ? undefined : verbose,
    cwe: cwe === undefined ? [] : [`CWE-${cwe}`],
    extra: attributes('inconclusive') === 'true' ? { inconclusive: true } : undefined,
    related: [],
  };
}

function addPlace(draft: FindingDraft, attributes: XmlAttributes): void {
  const region = { line: Number(attributes('line')), col: Number(attributes('column')) };
  const place = { path: attributes('file'), region };
  if (draft.place === undefined) draft.place = place;
  else draft.related?.push({ ...place, message: attributes('info') });
}

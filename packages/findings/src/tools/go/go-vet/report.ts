import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { decodeText } from '../../../engine/decode-text.ts';
import { createJsonDocuments } from '../../../engine/json-documents.ts';
import { isVetDocument, readVetDocument } from './json-package.ts';

/** What was printed into a file. Nothing says that the last package was the last, so it is never known to be all. */
export function parseGoVetJson(file: ReportFile, reader: ReportReader): void {
  const collector = reader.collect('go-vet');
  const documents = createJsonDocuments();
  let isBroken = false;
  for (const text of decodeText(file.bytes).split('\n')) {
    const step = documents.line(text.replace(/\r$/, ''));
    if (step.state === 'broken') isBroken = true;
    if (step.state !== 'whole') continue;
    if (isVetDocument(step.value)) readVetDocument(step.value).forEach(collector.add);
    else isBroken = true;
  }
  if (isBroken || documents.isInside()) {
    reader.close(collector, { completeness: 'partial', note: 'a document is cut off' });
  } else reader.close(collector, { completeness: 'unknown', note: 'the format has no end mark' });
}

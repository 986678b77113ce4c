// What reading the same bytes takes when nobody understands them.
import type { Buffer } from 'node:buffer';
import { SaxesParser } from 'saxes';
import { decodePieces, decodeText } from '../../../packages/findings/src/engine/decode-text.ts';
import type { Reading } from './start-parsing.ts';

const LINE_FEED = 10;

export function floorOf(of: Reading): (content: Buffer) => void {
  if (of === 'JUnit') return readXml;
  if (of === 'SARIF' || of === 'eslint JSON') return (content) => void JSON.parse(decodeText(content));
  return of === 'cargo JSON'
    ? (content) => eachLine(content, JSON.parse)
    : (content) => eachLine(content, () => {});
}

function eachLine(content: Buffer, show: (line: string) => void): void {
  let start = 0;
  for (let end = content.indexOf(LINE_FEED); end >= 0; end = content.indexOf(LINE_FEED, start)) {
    show(content.toString('utf8', start, end));
    start = end + 1;
  }
}

function readXml(content: Buffer): void {
  const parser = new SaxesParser({ position: false, xmlns: false });
  parser.on('opentag', () => {});
  parser.on('text', () => {});
  for (const piece of decodePieces(content)) parser.write(piece);
  parser.close();
}

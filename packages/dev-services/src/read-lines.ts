import type { Readable } from 'node:stream';

/** A longer line is handed over in pieces of this many characters, so a program without line feeds costs no memory. */
const LINE_CHARACTERS_MAX = 64 * 1024;

/** Calls back for every line of a stream, without its line feed; the rest after the last line feed counts as a line. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line.replace(/\r$/, ''));
    if (rest.length > LINE_CHARACTERS_MAX) {
      onLine(rest);
      rest = '';
    }
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
  // The far end of a pipe may vanish with its process; the process's exit is what counts.
  stream.on('error', () => {});
}

// What a terminal would have shown of a line.

// CSI, OSC (titles, hyperlinks) and two-character escapes. The classes follow one another without overlap, so the time is
// linear in the line.
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]?|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-Z\\^-~])/g;
const CONTROLS = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/;
const CONTROLS_ALL = /[\x00-\x08\x0a-\x1f\x7f-\x9f]/g;

/** One line without its line feed → the visible text: colours, links and overwritten progress are gone. Tabs stay. */
export function cleanLine(line: string): string {
  if (!CONTROLS.test(line)) return line;
  return afterLastReturn(line)
    .replaceAll(ESCAPES, '')
    .replaceAll(/[^\x08]\x08/g, '')
    .replaceAll(CONTROLS_ALL, '');
}

/** A carriage return starts the line again; one at the very end belongs to the line end. */
function afterLastReturn(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === '\r') end--;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
}

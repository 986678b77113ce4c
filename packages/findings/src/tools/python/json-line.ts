/** The value of a line that is a JSON document; undefined for any other line. */
export function parseJsonLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // It only began like one, or was cut.
  }
}

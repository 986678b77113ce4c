// What a person at the terminal should see of the JSON lines that the API and the workers log.

/** The numbers of pino's levels, from the one that somebody should look at. */
const LEVELS: Record<number, string> = { 40: 'warning', 50: 'error', 60: 'fatal' };

/** A line for the terminal, or undefined for one that only the log file needs. What is not JSON is a crash: all of it. */
export function renderLogLine(name: string, line: string): string | undefined {
  const entry = parseEntry(line);
  if (!entry) return line.trim() === '' ? undefined : `${name}: ${line}`;
  const level = LEVELS[Number(entry['level'])];
  if (!level) return undefined;
  const error = entry['err'];
  const reason = typeof error === 'object' && error && 'message' in error ? `: ${String(error.message)}` : '';
  return `${name}: ${level}: ${String(entry['msg'] ?? '')}${reason}`;
}

function parseEntry(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

// A cron expression as a set of minutes of a wall clock. Zones come later: here every day has 24 hours.
import { CronExpressionParser, type CronExpression } from 'cron-parser';
import { minuteOf, type LocalMinute } from './wall-clock.ts';

const FIELDS = 5;
/** Digits, `*`, `/`, `,`, `-` and the names of months and days; the library's own extensions mean something else elsewhere. */
const FIELD = /^(?:[\d*/,-]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)+$/i;
const BEGINNING = '2000-01-01T00:00';

/** Why this is no cron expression, for the person who wrote it; null when it is one. */
export function findCronFault(cron: string): string | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== FIELDS) {
    return `has ${fields.length} fields, not 5: minute, hour, day of month, month, day of week`;
  }
  const odd = fields.find((field) => !FIELD.test(field));
  if (odd !== undefined) return `${odd} is no list, range or step of numbers or names`;
  try {
    CronExpressionParser.parse(cron, { tz: 'UTC' });
  } catch (error) {
    return `is refused: ${error instanceof Error ? error.message : String(error)}`;
  }
  return nextLocal(cron, BEGINNING) === null ? 'never comes: there is no such day' : null;
}

/** The first minute after this one; null when there is none. */
export function nextLocal(cron: string, after: LocalMinute): LocalMinute | null {
  return stepFrom(cron, after, (steps) => steps.next());
}

/** The last minute up to and with this one; null when there is none. */
export function lastLocal(cron: string, upTo: LocalMinute): LocalMinute | null {
  const justAfter = new Date(Date.parse(`${upTo}Z`) + 1000).toISOString().slice(0, 19);
  return stepFrom(cron, justAfter, (steps) => steps.prev());
}

function stepFrom(
  cron: string,
  from: string,
  step: (steps: CronExpression) => { getTime(): number },
): LocalMinute | null {
  const steps = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(`${from}Z`) });
  try {
    return minuteOf(step(steps).getTime());
  } catch {
    return null; // It has looked through all the years it looks through.
  }
}

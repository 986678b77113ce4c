// Between instants and what the clock on a wall shows. Zones, their changes and their history are those of Node's own ICU.

/** A minute of a wall clock, like `2026-03-08T02:30`: it names no instant by itself. They sort as text. */
export type LocalMinute = string;

const MINUTE_MS = 60_000;
/** Further away than any two clocks of the world, so that a change of offset lies between. */
const FAR_MS = 36 * 3_600_000;
/** There are about 600 zones; names in odd case are let go of again. */
const FORMATS_MAX = 1000;
const QUARTER_MS = 15 * MINUTE_MS;
const OFFSETS_MAX = 10_000;
const offsets = new Map<string, number>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock shows at an instant. */
export function localAt(instant: Date, tz: string): LocalMinute {
  return minuteOf(instant.getTime() + offsetMs(instant.getTime(), tz));
}

/**
 * The first instant at which the clock shows this minute. A minute that the clock leaps over happens when it leaps; of one that
 * it shows twice, the first time counts.
 */
export function instantOf(local: LocalMinute, tz: string): Date {
  const shown = Date.parse(`${local}Z`);
  const offsets = [offsetMs(shown - FAR_MS, tz), offsetMs(shown + FAR_MS, tz)];
  const candidates = offsets.map((offset) => shown - offset).toSorted((a, b) => a - b);
  const real = candidates.find((instant) => offsetMs(instant, tz) === shown - instant);
  return new Date(real ?? findLeap(candidates[0]!, candidates.at(-1)!, tz)); // There are two.
}

export function isZone(tz: string): boolean {
  try {
    formatOf(tz);
    return /^[A-Za-z]/.test(tz); // ICU takes `+02:00` too, which knows no summer.
  } catch {
    return false;
  }
}

export function minuteOf(shownMs: number): LocalMinute {
  return new Date(shownMs).toISOString().slice(0, 16);
}

/** The instant, to the minute, at which the clock leaps between these two. */
function findLeap(before: number, after: number, tz: string): number {
  const old = offsetMs(before, tz);
  let [low, high] = [before, after];
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetMs(middle, tz) === old) low = middle;
    else high = middle;
  }
  return high;
}

/** Asking ICU takes 5 µs, and a mail has hundreds of times of few days. Clocks change at a quarter of an hour. */
function offsetMs(instant: number, tz: string): number {
  const quarter = Math.floor(instant / QUARTER_MS);
  const key = `${quarter} ${tz}`;
  let offset = offsets.get(key);
  if (offset === undefined) {
    offset = askOffsetMs(quarter * QUARTER_MS, tz);
    if (offsets.size >= OFFSETS_MAX) offsets.clear();
    offsets.set(key, offset);
  }
  return offset;
}

function askOffsetMs(instant: number, tz: string): number {
  const minute = Math.floor(instant / MINUTE_MS) * MINUTE_MS;
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(tz).formatToParts(minute)) parts[type] = Number(value);
  const { year, month, day, hour, minute: minutes, second } = parts;
  return Date.UTC(year!, month! - 1, day, hour, minutes, second) - minute; // The format asks for all of them.
}

function formatOf(tz: string): Intl.DateTimeFormat {
  const known = formats.get(tz);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: tz,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size >= FORMATS_MAX) formats.clear();
  formats.set(tz, format);
  return format;
}

// Values of foreign JSON on their way into the database: Postgres refuses NUL and lone surrogates in jsonb, in values and in keys.

/** How JSON.stringify writes what is refused; a whole pair of surrogates is no escape to it. Nearly all JSON has nothing like it. */
const REFUSED = /\\u(?:0000|d[89a-f])/;
/** A backslash and what belongs to it, so that an escaped backslash is not taken for the beginning of another escape. */
const ESCAPE = /\\(?:u[0-9a-f]{4}|.)/g;

/** What was written with JSON.stringify, as a value that can be stored. */
export function parseStorable(json: string): unknown {
  if (!REFUSED.test(json)) return JSON.parse(json);
  return JSON.parse(json.replaceAll(ESCAPE, (escape) => (REFUSED.test(escape) ? '\uFFFD' : escape)));
}

/** An own property, whatever its name. */
export function defineField<Value>(record: Record<string, Value>, key: string, value: Value): void {
  if (key !== '__proto__') record[key] = value;
  else Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}

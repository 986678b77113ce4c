import { sql, type RawBuilder } from 'kysely';

/**
 * The values as a set of texts for the `from` of a statement, in their order. JSON has no bare line feeds, so one marks an end.
 * For fifty thousand findings this takes half of the time of jsonb_array_elements and a fifth of that of an array of texts.
 */
export function jsonLines(values: readonly unknown[]): RawBuilder<unknown> {
  return sql`string_to_table(${values.map((value) => JSON.stringify(value)).join('\n')}, E'\n')`;
}

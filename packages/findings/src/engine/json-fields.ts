// Reads fields of foreign JSON without trusting their types. Not zod: tens of thousands of results per file, a few fields of
// each, and one odd field must not cost the whole file. Only own properties count, so `__proto__` and friends are plain names.

import { defineField } from '../core/storable-json.ts';

export type JsonRecord = { readonly [key: string]: unknown };

const EMPTY: JsonRecord = Object.freeze({});
/** Most of what is asked for is not there. */
const NONE: readonly never[] = Object.freeze([]);

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Any value as an object; an empty one when it is none. */
export function asRecord(value: unknown): JsonRecord {
  return isRecord(value) ? value : EMPTY;
}

export function field(record: JsonRecord, key: string): unknown {
  const value = record[key];
  return value !== undefined && Object.hasOwn(record, key) ? value : undefined;
}

export function recordAt(record: JsonRecord, key: string): JsonRecord {
  return asRecord(field(record, key));
}

/** The objects of a list; what is not an object is left out. */
export function recordsAt(record: JsonRecord, key: string): readonly JsonRecord[] {
  const list = listAt(record, key);
  return list.every(isRecord) ? list : list.filter(isRecord);
}

export function listAt(record: JsonRecord, key: string): readonly unknown[] {
  const value = field(record, key);
  return Array.isArray(value) ? value : NONE;
}

/** A string that says something; undefined for anything else. */
export function stringAt(record: JsonRecord, key: string): string | undefined {
  const value = field(record, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function stringsAt(record: JsonRecord, key: string): string[] {
  return listAt(record, key).filter((item) => typeof item === 'string');
}

export function numberAt(record: JsonRecord, key: string): number | undefined {
  const value = field(record, key);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The fields that have been read nowhere else, as they are, for `extra`. Absent ones and empty ones say nothing. */
export function othersOf(record: JsonRecord, read: ReadonlySet<string>): Record<string, unknown> {
  const others: Record<string, unknown> = {};
  for (const key of Object.keys(record)) {
    if (!read.has(key) && !isEmpty(record[key])) defineField(others, key, record[key]);
  }
  return others;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

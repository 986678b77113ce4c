import type { z } from 'zod';
import type { FieldFault } from '@crafting-table/contracts/problem';

const FAULTS_MAX = 50;

/** The parsed value, or where and why it does not fit. `part` names the piece of the request: body, query. */
export function validate<T>(
  schema: z.ZodType<T>,
  value: unknown,
  part: string,
): { value: T } | { faults: FieldFault[] } {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  return { faults: parsed.error.issues.flatMap((issue) => faultsOf(issue, part)).slice(0, FAULTS_MAX) };
}

function faultsOf(issue: z.core.$ZodIssue, part: string): FieldFault[] {
  const path = [part, ...issue.path.map(String)].join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: `${path}.${key.slice(0, 100)}`,
      message: 'is not a known field',
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const nearest = issue.errors.reduce((best, next) => (next.length < best.length ? next : best));
    return nearest.flatMap((inner) => faultsOf(inner, path));
  }
  return [{ path, message: issue.message }];
}

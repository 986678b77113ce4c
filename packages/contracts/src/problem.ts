// RFC 9457 problems: every answer that is not a success. `code` is stable; `detail` is for people and may change.
import { z } from 'zod';

export const PROBLEMS = {
  invalid_input: { status: 400, title: 'The request does not fit its schema' },
  malformed_body: { status: 400, title: 'The body is not valid JSON' },
  invalid_cursor: { status: 400, title: 'The cursor was not given by this list' },
  git_url_refused: { status: 400, title: 'This git URL cannot be used' },
  unauthorized: { status: 401, title: 'A valid bearer token is needed' },
  admin_only: { status: 403, title: 'This needs an admin bearer' },
  peer_refused: { status: 403, title: 'This address is not in the allowed networks' },
  forged_request: { status: 403, title: 'The request was not sent by a page of this farm' },
  not_found: { status: 404, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'This path does not answer to this method' },
  name_taken: { status: 409, title: 'The name is taken' },
  not_finished: { status: 409, title: 'The job is not finished' },
  already_finished: { status: 409, title: 'The job is already finished' },
  idempotency_conflict: { status: 409, title: 'The Idempotency-Key was used for another request' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  range_not_satisfiable: { status: 416, title: 'The range lies outside the log' },
  recipe_not_declared: { status: 422, title: 'The subproject does not declare this recipe' },
  subproject_unknown: { status: 422, title: 'The project has no such subproject' },
  internal: { status: 500, title: 'The farm made a mistake' },
  database_away: { status: 503, title: 'Postgres cannot be reached' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;
export const ProblemCode = z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]);

export const FieldFault = z.object({
  /** Where in the request: `body.subprojects.0.path`, `query.limit`, `path.name`. */
  path: z.string(),
  message: z.string(),
});
export type FieldFault = z.infer<typeof FieldFault>;

export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: ProblemCode,
  detail: z.string(),
  faults: z.array(FieldFault).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** Builds the body of a problem; `type` is a stable relative reference into the API's own documentation. */
export function problem(code: ProblemCode, detail?: string, faults?: FieldFault[]): Problem {
  const { status, title } = PROBLEMS[code];
  return { type: `/docs#${code}`, title, status, code, detail: detail ?? title, ...(faults && { faults }) };
}

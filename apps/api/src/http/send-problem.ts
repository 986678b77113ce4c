import type { Request, Response } from 'express';
import { problem, PROBLEMS, type FieldFault, type ProblemCode } from '@crafting-table/contracts/problem';

const RETRY_AFTER_SECS = '2';
/** What a 401 has to say of how to get in. */
export const BEARER_CHALLENGE = 'Bearer realm="crafting-table"';

/** Answers with an RFC 9457 problem. */
export function sendProblem(
  response: Response,
  code: ProblemCode,
  detail?: string,
  faults?: FieldFault[],
): void {
  const body = problem(code, detail, faults);
  if (body.status === 503) response.set('Retry-After', RETRY_AFTER_SECS);
  if (body.status === 401) response.set('WWW-Authenticate', BEARER_CHALLENGE);
  response.status(body.status).type('application/problem+json').send(JSON.stringify(body));
}

/** The one 404: a thing of somebody else's and a thing that never was answer byte for byte the same. */
export function sendNotFound(response: Response): void {
  sendProblem(response, 'not_found', PROBLEMS.not_found.title);
}

export function answerNotFound(_request: Request, response: Response): void {
  sendNotFound(response);
}

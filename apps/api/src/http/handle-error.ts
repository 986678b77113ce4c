import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import type { ProblemCode } from '@crafting-table/contracts/problem';
import { isDatabaseAway } from '@crafting-table/database/database-away';
import { fieldsOf } from './open-request.ts';
import { sendProblem } from './send-problem.ts';

/** Errors that the body parser and the router throw, by their `type` or status. */
const REQUEST_FAULTS: Record<string, ProblemCode> = {
  'entity.too.large': 'body_too_large',
  'entity.parse.failed': 'malformed_body',
  'encoding.unsupported': 'unsupported_media_type',
  'charset.unsupported': 'unsupported_media_type',
  'request.size.invalid': 'malformed_body',
  'request.aborted': 'malformed_body',
};

/**
 * The last stop of every request. What the request did wrong and what may work later is told; anything else is the farm's
 * mistake, which is logged in full and answered without a word of where it happened.
 */
export function createErrorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.writableEnded) return; // It was answered meanwhile.
    if (response.headersSent) {
      // Part of the answer is out; cutting the connection is the only way left to say that it is not whole.
      response.destroy();
      if (!isDatabaseAway(error))
        log.warn({ err: error, path: request.path, ...fieldsOf(response) }, 'an answer broke off');
      return;
    }
    if (error instanceof URIError) return sendProblem(response, 'not_found');
    const fault = requestFault(error);
    if (fault) return sendProblem(response, fault);
    if (isDatabaseAway(error)) {
      return sendProblem(
        response,
        'database_away',
        'Postgres cannot be reached right now; try again in a moment.',
      );
    }
    log.error(
      { err: error, method: request.method, path: request.path, ...fieldsOf(response) },
      'a request failed',
    );
    sendProblem(response, 'internal', 'The farm made a mistake; its log says more.');
    void next; // Express knows an error handler by its four parameters.
  };
}

function requestFault(error: unknown): ProblemCode | null {
  if (!(error instanceof Error)) return null;
  const type = 'type' in error && typeof error.type === 'string' ? error.type : '';
  const known = REQUEST_FAULTS[type];
  if (known !== undefined) return known;
  // A body that cannot be decompressed: the body parser says whose fault it is, and zlib gives it no type.
  return 'status' in error && error.status === 400 ? 'malformed_body' : null;
}

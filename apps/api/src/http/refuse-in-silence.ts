import type { RequestHandler, Response } from 'express';
import type { Pulse } from '@crafting-table/database/feel-pulse';
import { sendProblem } from './send-problem.ts';

/**
 * Answers for a Postgres that says nothing: at once while it is silent, and in the place of everything that waits for it at
 * the moment it falls silent. An answer that has begun is left alone.
 */
export function refuseInSilence(pulse: Pick<Pulse, 'isSilent' | 'onSilence'>): RequestHandler {
  const waiting = new Set<Response>();
  pulse.onSilence(() => {
    for (const response of waiting) if (!response.headersSent) refuse(response);
  });
  return (_request, response, next) => {
    if (pulse.isSilent) return refuse(response);
    waiting.add(response);
    response.on('close', () => waiting.delete(response));
    next();
  };
}

function refuse(response: Response): void {
  sendProblem(response, 'database_away', 'Postgres does not answer right now; try again in a moment.');
}

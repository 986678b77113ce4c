import type { Request, Response } from 'express';
import { sendProblem } from '../http/send-problem.ts';

export function refuseOtherSites(request: Request, response: Response, next: () => void): void {
  if (isOwnOrigin(request)) next();
  else refuseForgery(response);
}

/** Browsers say where a form was sent from, and pages cannot change what they say. One that says nothing is too old to matter. */
export function isOwnOrigin(request: Request): boolean {
  const { origin, host } = request.headers;
  return origin === undefined || (host !== undefined && origin === `${request.protocol}://${host}`);
}

export function refuseForgery(response: Response): void {
  sendProblem(response, 'forged_request');
}

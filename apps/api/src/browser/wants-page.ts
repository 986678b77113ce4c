import type { Request } from 'express';

/** Whether a person looks: a browser that opens a page. Programs say what they want, or bring an Authorization header. */
export function wantsPage(request: Request): boolean {
  return isRead(request) && isWithoutBearer(request) && request.accepts(['json', 'html']) === 'html';
}

export function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

export function isWithoutBearer({ headers }: Request): boolean {
  return headers.authorization === undefined;
}

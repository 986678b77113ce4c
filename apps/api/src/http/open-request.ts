import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { continueTrace, traceFields } from '@crafting-table/farm/trace';
import type { Metrics } from '../metrics/create-metrics.ts';

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,100}$/;

/**
 * Gives each request an id, its own one when it brings one, and a span in its trace. Both stand in every log line about it;
 * the id goes back in the answer, the trace goes on into the jobs it queues. Then notes how it was answered.
 */
export function openRequest(log: Logger, metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const arrivedAt = performance.now();
    const trace = continueTrace(single(request.headers['traceparent']));
    const requestId = readRequestId(request);
    response.locals['traceparent'] = trace.traceparent;
    response.locals['fields'] = { request_id: requestId, ...traceFields(trace) };
    response.set('X-Request-Id', requestId);
    response.on('close', () =>
      tell(log, metrics, { request, response, secs: (performance.now() - arrivedAt) / 1000 }),
    );
    next();
  };
}

/** The W3C trace context to hand on. */
export function traceparentOf(response: Response): string {
  return response.locals['traceparent'];
}

/** What every log line about this request says. */
export function fieldsOf(response: Response): Record<string, string> {
  return response.locals['fields'] ?? {};
}

/** Metrics and log lines name routes: paths hold ids and whatever strangers type. */
export function nameRoute(response: Response, name: string): void {
  response.locals['route'] = name;
}

function tell(
  log: Logger,
  metrics: Metrics,
  { request, response, secs }: { request: Request; response: Response; secs: number },
): void {
  const { method } = request;
  const { statusCode: status } = response;
  const route: string = response.locals['route'] ?? 'none';
  metrics.observe({ method: KNOWN_METHODS.has(method) ? method : 'other', route, status, secs });
  const fields = {
    ...fieldsOf(response),
    method,
    route,
    status,
    ms: Math.round(secs * 1000),
    caller: response.locals['caller']?.name,
    whole: response.writableFinished,
  };
  log[levelOf(method, status)](fields, 'answered');
}

/**
 * 503 is no fault of the request or of this process: Postgres is away, or the farm is just starting, and those who notice say
 * so. Questions that went well are many, and the metrics count them.
 */
export function levelOf(method: string, status: number): 'warn' | 'info' | 'debug' {
  if (status >= 500) return status === 503 ? 'info' : 'warn';
  return method === 'GET' || method === 'HEAD' ? 'debug' : 'info';
}

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function readRequestId(request: Request): string {
  const given = single(request.headers['x-request-id']) ?? '';
  return REQUEST_ID.test(given) ? given : randomUUID();
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

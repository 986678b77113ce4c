import type { ExportFormat } from '@crafting-table/contracts/finding-lists';
import { Problem } from '@crafting-table/contracts/problem';
import {
  ROUTES,
  type BodyInputOf,
  type ParamsOf,
  type QueryInputOf,
  type ResponseOf,
  type Route,
  type RouteName,
} from '@crafting-table/contracts/routes';
import { ProblemError } from './problem-error.ts';
import { readEvents, type ServerEvent } from './read-events.ts';
import { urlOf, type UrlParts } from './url-of.ts';

/** Only what a route declares can, and must, be given. */
type Part<Key extends string, Value> = [Value] extends [undefined]
  ? { [K in Key]?: undefined }
  : Record<string, never> extends Value
    ? { [K in Key]?: Value }
    : { [K in Key]: Value };
export type CallOptions<Name extends RouteName> = Part<'params', ParamsOf<Name>> &
  Part<'query', QueryInputOf<Name>> &
  Part<'body', BodyInputOf<Name>> & { headers?: Record<string, string>; signal?: AbortSignal };

type Arguments<Name extends RouteName> =
  Record<string, never> extends CallOptions<Name>
    ? [options?: CallOptions<Name>]
    : [options: CallOptions<Name>];

export type Client = {
  /** Calls a route and checks its answer against the route's schema. Throws ProblemError when the farm says no. */
  call<Name extends RouteName>(name: Name, ...options: Arguments<Name>): Promise<ResponseOf<Name>>;
  /** The whole log of a job as text. */
  readLog(jobId: string): Promise<string>;
  /** What a job has found as a file; without what is fixed or unknown. */
  exportFindings(jobId: string, format: ExportFormat): Promise<string>;
  /** The log of a job as it grows, from the first line to its end. */
  followLog(
    jobId: string,
    options?: { lastEventId?: string; signal?: AbortSignal },
  ): AsyncGenerator<ServerEvent>;
};

/** Typed calls of the HTTP API, made from the route table. */
export function createClient({ baseUrl, bearer }: { baseUrl: string; bearer: string }): Client {
  const send = async (name: RouteName, options: AnyOptions): Promise<Response> => {
    const route: Route = ROUTES[name];
    const response = await fetch(urlOf(baseUrl, route, options), {
      method: route.method.toUpperCase(),
      headers: {
        authorization: `Bearer ${bearer}`,
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      ...(options.signal && { signal: options.signal }),
    });
    if (response.ok) return response;
    throw new ProblemError(name, await readProblem(response));
  };
  return {
    async call(name, ...[options]) {
      const route: Route = ROUTES[name];
      const response = await send(name, options ?? {});
      if (!route.response) {
        await response.arrayBuffer(); // Frees the connection.
        return undefined as never; // A route without a response schema has the response type undefined.
      }
      return route.response.parse(await response.json()) as never; // Parsed by the very schema its type comes from.
    },
    async readLog(jobId) {
      return (await send('getLog', { params: { id: jobId } })).text();
    },
    async exportFindings(jobId, format) {
      return (await send('listFindings', { params: { id: jobId }, query: { format } })).text();
    },
    async *followLog(jobId, { lastEventId, signal } = {}) {
      const headers: Record<string, string> =
        lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      const response = await send('streamLog', { params: { id: jobId }, headers, ...(signal && { signal }) });
      if (response.body) yield* readEvents(response.body);
    },
  };
}

type AnyOptions = UrlParts & {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

async function readProblem(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    return Problem.parse(JSON.parse(text));
  } catch {
    // Not the farm but something in between, like a proxy.
    const { status, statusText } = response;
    return { type: 'about:blank', title: statusText, status, code: 'internal', detail: text.slice(0, 500) };
  }
}

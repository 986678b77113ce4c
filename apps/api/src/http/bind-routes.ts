import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import type { FieldFault } from '@crafting-table/contracts/problem';
import {
  ROUTES,
  type BodyOf,
  type ParamsOf,
  type QueryOf,
  type ResponseOf,
  type Route,
  type RouteName,
} from '@crafting-table/contracts/routes';
import type { Caller } from '@crafting-table/farm/caller';
import { isRefusal, type Refusal } from '@crafting-table/farm/refusal';
import type { Guards } from './guards.ts';
import { nameRoute } from './open-request.ts';
import { orOwnHost } from './or-own-host.ts';
import { answerNotFound, sendNotFound, sendProblem } from './send-problem.ts';
import { validate } from './validate.ts';

export type Call<Name extends RouteName> = {
  /** Null on routes that need no bearer. */
  caller: Caller;
  params: ParamsOf<Name>;
  query: QueryOf<Name>;
  body: BodyOf<Name>;
  request: Request;
  response: Response;
};

/** What a verb gave back, or `null` where there is no body, or `sent` when the handler wrote the answer itself. */
export type Answer<Name extends RouteName> = ResponseOf<Name> | Refusal | null | typeof sent;
export const sent = Symbol('sent');

export type Handlers = { [Name in RouteName]: (call: Call<Name>) => Promise<Answer<Name>> };

const BODY_BYTES_MAX = 2 * 1024 ** 2;
const NOTHING = z.strictObject({});

/** Registers every route of the table: guards, then the checks of its schemas, then its handler. */
export function bindRoutes(
  app: Express,
  handlers: Handlers,
  guards: Guards & { silence: RequestHandler },
): void {
  const readJson = express.json({ limit: BODY_BYTES_MAX, strict: false, type: isJson });
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const route: Route = ROUTES[name];
    const peer = route.answersOwnHost ? orOwnHost(guards.peer) : guards.peer;
    const steps: RequestHandler[] = [named(name), peer];
    if (!route.answersInSilence) steps.push(guards.silence);
    if (route.access !== 'lan') steps.push(guards.bearer);
    if (route.access === 'admin') steps.push(guards.admin);
    if (route.body) steps.push(refuseOtherMedia(route), readJson);
    // The table pairs each name with its schemas, which TypeScript cannot follow through a loop.
    const handler = handlers[name] as (call: unknown) => Promise<Answer<RouteName>>;
    app[route.method](expressPath(route.path), ...steps, createStep(route, handler));
  }
  refuseOtherMethods(app, guards);
  app.use(guards.peer, guards.silence, guards.bearer, answerNotFound);
}

function named(name: string): RequestHandler {
  return (_request, response, next) => {
    nameRoute(response, name);
    next();
  };
}

function createStep(route: Route, handler: (call: unknown) => Promise<Answer<RouteName>>): RequestHandler {
  return async (request, response) => {
    const params = validate(route.params ?? z.object({}), request.params, 'path');
    if ('faults' in params) return sendNotFound(response); // No thing can have such a name.
    const query = validate(route.query ?? NOTHING, request.query, 'query');
    const body = route.body ? validate(route.body, bodyOf(request, route), 'body') : { value: undefined };
    const faults = [...faultsIn(query), ...faultsIn(body)];
    if ('faults' in query || 'faults' in body) {
      return sendProblem(response, 'invalid_input', describe(faults), faults);
    }
    const call = {
      caller: response.locals['caller'],
      params: params.value,
      query: query.value,
      body: body.value,
    };
    const answer = await handler({ ...call, request, response });
    if (answer === sent || response.writableEnded) return;
    if (isRefusal(answer)) return sendProblem(response, answer.refused, answer.detail, answer.faults);
    if (answer === null || answer === undefined) return void response.status(route.status).end();
    response.status(route.status).json(answer);
  };
}

function bodyOf(request: Request, route: Route): unknown {
  return request.body === undefined && route.bodyOptional ? {} : request.body;
}

function faultsIn(result: { faults: FieldFault[] } | { value: unknown }): FieldFault[] {
  return 'faults' in result ? result.faults : [];
}

function describe(faults: FieldFault[]): string {
  return faults
    .map(({ path, message }) => `${path}: ${message}`)
    .join('; ')
    .slice(0, 1000);
}

function isJson(request: { headers: { 'content-type'?: string | undefined } }): boolean {
  return /^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(request.headers['content-type'] ?? '');
}

function refuseOtherMedia(route: Route): RequestHandler {
  return (request, response, next) => {
    const isEmpty = request.headers['content-length'] === '0' || !hasBody(request);
    if (isJson(request) || (isEmpty && route.bodyOptional)) return next();
    sendProblem(response, 'unsupported_media_type');
  };
}

function hasBody(request: Request): boolean {
  return (
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined
  );
}

function refuseOtherMethods(app: Express, guards: Guards & { silence: RequestHandler }): void {
  const allowed = new Map<string, string[]>();
  for (const { path, method } of Object.values(ROUTES)) {
    allowed.set(path, [...(allowed.get(path) ?? []), method.toUpperCase()]);
  }
  for (const [path, methods] of allowed) {
    app.all(
      expressPath(path),
      guards.peer,
      guards.silence,
      guards.bearer,
      (_request: Request, response: Response) => {
        response.set('Allow', methods.join(', '));
        sendProblem(response, 'method_not_allowed', `This path answers to ${methods.join(', ')}.`);
      },
    );
  }
}

function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

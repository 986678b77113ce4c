import { z } from 'zod';
import { Problem, PROBLEMS } from '@crafting-table/contracts/problem';
import { commonProblems, ROUTES, type Route } from '@crafting-table/contracts/routes';

type JsonObject = Record<string, unknown>;

/** The API as an OpenAPI 3.1 document, made from the same schemas that check every request. */
export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const [name, route] of Object.entries(ROUTES)) {
    (paths[route.path] ??= {})[route.method] = operation(name, route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'crafting-table',
      version,
      summary: 'A polyglot build farm for a LAN: a git URL and a recipe become a result.',
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: jsonSchema(Problem, 'output') },
    },
  };
}

function operation(name: string, route: Route): JsonObject {
  return {
    operationId: name,
    summary: route.summary,
    ...(route.description && { description: route.description }),
    tags: [tagOf(route)],
    ...(route.access === 'lan' && { security: [] }),
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...Object.entries(route.headers ?? {}).map(([header, description]) => ({
        name: header,
        in: 'header',
        required: false,
        description,
        schema: { type: 'string' },
      })),
    ],
    ...(route.body && {
      requestBody: {
        required: !route.bodyOptional,
        content: { 'application/json': { schema: jsonSchema(route.body, 'input') } },
      },
    }),
    responses: { [route.status]: success(route), ...problems(route) },
  };
}

function success(route: Route): JsonObject {
  if (route.status === 204) return { description: 'Done' };
  const schema = route.response ? jsonSchema(route.response, 'output') : { type: 'string' };
  const others = (route.otherMedia ?? []).map((media) => [media, { schema: { type: 'string' } }]);
  return {
    description: route.summary,
    content: { [route.media ?? 'application/json']: { schema }, ...Object.fromEntries(others) },
  };
}

function problems(route: Route): Record<string, JsonObject> {
  const byStatus = new Map<number, string[]>();
  for (const code of [...commonProblems(route), ...route.problems]) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...new Set([...(byStatus.get(status) ?? []), code])]);
  }
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [status, { description: codes.join(', '), content }]),
  );
}

function parameters(schema: z.ZodObject | undefined, place: 'path' | 'query'): JsonObject[] {
  if (!schema) return [];
  return Object.entries(schema.shape).map(([name, field]) => {
    // A shape holds classic zod types; the core type is only how zod declares it.
    const isOptional = (field as z.ZodType).safeParse(undefined).success;
    return {
      name,
      in: place,
      required: place === 'path' || !isOptional,
      schema: jsonSchema(field as z.ZodType, 'input'),
    };
  });
}

function tagOf({ path }: Route): string {
  if (path.startsWith('/admin')) return 'admin';
  if (/\/(?:findings|trend)(?:\/|$)/.test(path)) return 'findings';
  if (path.endsWith('/jobs') || path.startsWith('/jobs')) return 'jobs';
  return path.startsWith('/projects') ? 'projects' : 'farm';
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

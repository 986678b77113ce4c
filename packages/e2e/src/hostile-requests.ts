// Requests that nobody means well with, made from the API's own description: every operation, every parameter and every
// field of a body, each with values that such a place has choked on somewhere.
import { gzipSync } from 'node:zlib';
import {
  ENCODINGS,
  HUGE_BYTES,
  MEDIA,
  NUMBERS,
  OTHERS,
  RAW,
  RAW_IN_URLS,
  RAW_JSON,
  TEXTS,
} from './hostile-values.ts';
import { randomFrom, shuffled } from './seeded-random.ts';

export type HostileRequest = {
  /** Operation, place and kind of value, for a person who looks at a failure. */
  label: string;
  method: string;
  /** Sent as it is, dots and all. */
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
};

/** The part of an OpenAPI document that is read here. */
export type ApiDescription = { paths: Record<string, Record<string, Operation>> };
type Operation = {
  operationId: string;
  parameters: { name: string; in: 'path' | 'query' | 'header' }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
};
type Schema = {
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
};

/** What fits, per operation and per path parameter: a request is spoiled in one place only, so that place is reached. */
export type Fitting = {
  bodies: Record<string, unknown>;
  pathValue(operationId: string, parameter: string): string;
};

/** At most `perOperation` for each operation; which ones they are, the seed decides. */
export function makeHostileRequests(
  description: ApiDescription,
  fitting: Fitting,
  { seed, perOperation }: { seed: number; perOperation: number },
): HostileRequest[] {
  const random = randomFrom(seed);
  const requests = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const target: Target = { method: method.toUpperCase(), path, operation, fitting };
      const all = [...withSpoiledUrl(target), ...withSpoiledBody(target), ...withSpoiledForm(target)];
      return shuffled(all, random).slice(0, perOperation);
    }),
  );
  return shuffled(requests.flat(), random);
}

type Target = { method: string; path: string; operation: Operation; fitting: Fitting };

function withSpoiledUrl(target: Target): HostileRequest[] {
  const inUrl = { ...TEXTS, ...mapValues(NUMBERS, String) };
  const values = {
    ...mapValues(inUrl, (text) => encodeURIComponent(text.toWellFormed())),
    ...RAW_IN_URLS,
  };
  return [...target.operation.parameters, ...UNKNOWN_QUERY].flatMap(({ name, in: place }) =>
    Object.entries(values).flatMap(([kind, value]) => {
      const label = `${place} ${name}: ${kind}`;
      if (place === 'path') return [fittingRequest(target, label, { params: { [name]: value } })];
      if (place === 'header') return isHeaderValue(value) ? [withHeader(target, label, name, value)] : [];
      return [`${name}=${value}`, `${name}=1&${name}=${value}`, `${name}[a]=${value}`].map((query) =>
        fittingRequest(target, label, { query }),
      );
    }),
  );
}

const UNKNOWN_QUERY = ['__proto__', 'constructor', 'unknown'].map((name) => ({ name, in: 'query' as const }));

function withSpoiledBody(target: Target): HostileRequest[] {
  const schema = target.operation.requestBody?.content['application/json'].schema;
  if (schema === undefined) return [];
  const values = { ...TEXTS, ...NUMBERS, ...OTHERS };
  return [[], ...placesIn(schema)].flatMap((place) => [
    ...Object.entries(values).map(([kind, value]) => withBody(target, place, kind, value)),
    ...Object.entries(RAW_JSON).map(([kind, raw]) => withBody(target, place, kind, RAW, raw)),
    withBody(target, [...place, '__proto__'], 'unknown', 1),
    withBody(target, [...place, 'unknown'], 'unknown', 1),
  ]);
}

function withBody(
  target: Target,
  place: readonly string[],
  kind: string,
  value: unknown,
  raw?: string,
): HostileRequest {
  const body = JSON.stringify(replacedAt(fittingBody(target), place, value));
  return fittingRequest(target, `body ${place.join('.')}: ${kind}`, {
    headers: { 'content-type': 'application/json' },
    body: raw === undefined ? body : body.replace(`"${RAW}"`, raw),
  });
}

/** The body fits, but what it is said to be, or how it is written, does not. */
function withSpoiledForm(target: Target): HostileRequest[] {
  const text = JSON.stringify(fittingBody(target));
  const json = 'application/json';
  const form = (label: string, body: string | Buffer, headers: Record<string, string>) =>
    fittingRequest(target, label, { body, headers: { 'content-type': json, ...headers } });
  if (target.operation.requestBody === undefined) return [form('a body that nobody asked for', '{', {})];
  return [
    ...MEDIA.map((media) => form(`media ${media}`, text, { 'content-type': media })),
    ...ENCODINGS.map((coding) => form(`coding ${coding}`, text, { 'content-encoding': coding })),
    form('a bomb', gzipSync(Buffer.alloc(16 * HUGE_BYTES, ' ')), { 'content-encoding': 'gzip' }),
    form('half a gzip', gzipSync(text).subarray(0, -6), { 'content-encoding': 'gzip' }),
    form('cut off', text.slice(0, -1), {}),
    form('cut off in a text', text.slice(0, text.length / 2), {}),
    form('a byte order mark', `\ufeff${text}`, {}),
    form(
      'no UTF-8',
      Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xc0, 0xaf]), Buffer.from('"}')]),
      {},
    ),
    form('two in a row', text + text, {}),
    form('one key twice', text.replace('{', '{"name":"a","name":"b","recipe":1,'), {}),
    form('nothing but spaces', ' '.repeat(HUGE_BYTES), {}),
    form('too large', `"${'x'.repeat(3 * HUGE_BYTES)}"`, {}),
  ];
}

function fittingRequest(
  { method, path, operation, fitting }: Target,
  label: string,
  spoiled: {
    params?: Record<string, string>;
    query?: string;
    headers?: Record<string, string>;
    body?: string | Buffer;
  },
): HostileRequest {
  const { params = {}, query, headers = {}, body } = spoiled;
  const filled = path.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => params[name] ?? fitting.pathValue(operation.operationId, name),
  );
  return {
    label: `${operation.operationId}, ${label}`,
    method,
    path: query === undefined ? filled : `${filled}?${query}`,
    headers,
    ...(body !== undefined && { body }),
  };
}

function withHeader(target: Target, label: string, name: string, value: string): HostileRequest {
  const type = { 'content-type': 'application/json' };
  if (target.operation.requestBody === undefined) {
    return fittingRequest(target, label, { headers: { [name]: value } });
  }
  const body = JSON.stringify(fittingBody(target));
  return fittingRequest(target, label, { headers: { ...type, [name]: value }, body });
}

function isHeaderValue(value: string): boolean {
  return /^[\x20-\x7e]*$/.test(value);
}

function fittingBody({ operation, fitting }: Target): unknown {
  return fitting.bodies[operation.operationId] ?? {};
}

/** Every field that the schema knows, at any depth; `0` stands for the first of a list, `KEY` for a free key. */
function placesIn(schema: Schema): string[][] {
  const below = (name: string, inner: Schema) => [[name], ...placesIn(inner).map((rest) => [name, ...rest])];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => below(name, inner)),
    ...(schema.items ? below('0', schema.items) : []),
    ...(typeof schema.additionalProperties === 'object' ? below('KEY', schema.additionalProperties) : []),
    ...(schema.anyOf ?? []).flatMap(placesIn),
  ];
}

/** A copy of the value with one place replaced; what is missing on the way there is made. */
function replacedAt(value: unknown, place: readonly string[], by: unknown): unknown {
  const [key, ...rest] = place;
  if (key === undefined) return by;
  if (key === '0') return [replacedAt(Array.isArray(value) ? value[0] : undefined, rest, by)];
  const object = typeof value === 'object' && value !== null ? value : {};
  const inner = Object.entries(object).find(([name]) => name === key)?.[1];
  // Not a spread: an own key named __proto__ must come out as one.
  return Object.fromEntries([...Object.entries(object), [key, replacedAt(inner, rest, by)]]);
}

function mapValues<A, B>(from: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]));
}

// How isomorphic-git reaches a forge: bounded in bytes and redirects, and a password never follows a redirect elsewhere.
import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git/http/node';

const REDIRECTS_MAX = 3;

/** 100,000 refs are about 8 MB. */
export const RESPONSE_BYTES_MAX = 16 * 1024 ** 2;

/** The remote did something no well-meaning forge does. */
export class RefusedAnswerError extends Error {
  override name = 'RefusedAnswerError';
}

/** One client for one lookup: `authorization` belongs to the origin of the first request. */
export function createGitHttpClient(authorization: string | null, signal: AbortSignal): HttpClient {
  let origin: string | null = null;
  let moved: { from: string; to: string } | null = null;

  return {
    async request(request) {
      const wanted = moved === null ? request.url : request.url.replace(moved.from, moved.to);
      origin ??= new URL(wanted).origin;
      const body = request.body === undefined ? undefined : await collect(request.body);
      let url = wanted;
      for (let redirects = 0; ; redirects++) {
        const mayAuthorize = authorization !== null && new URL(url).origin === origin;
        const headers = { ...request.headers, ...(mayAuthorize ? { Authorization: authorization } : {}) };
        const init = { method: request.method ?? 'GET', headers, redirect: 'manual', signal } as const;
        const response = await fetch(url, body === undefined ? init : { ...init, body });
        const location = redirectOf(response);
        if (location === null) {
          moved ??= baseMove(wanted, url);
          return asGitResponse(response, url, request);
        }
        await response.body?.cancel();
        if (redirects === REDIRECTS_MAX) throw new RefusedAnswerError('The forge redirects without end.');
        url = followed(location, url);
      }
    },
  };
}

function redirectOf(response: Response): string | null {
  return [301, 302, 303, 307, 308].includes(response.status) ? response.headers.get('location') : null;
}

function followed(location: string, from: string): string {
  const target = URL.canParse(location, from) ? new URL(location, from) : null;
  if (target === null || !/^https?:$/.test(target.protocol)) {
    throw new RefusedAnswerError('The forge redirects to something that is no HTTP address.');
  }
  target.username = '';
  target.password = '';
  return target.href;
}

const DISCOVERY = '/info/refs?service=git-upload-pack';

/** As git does: what the first answer's redirect says of the repository holds for the requests after it. */
function baseMove(wanted: string, found: string): { from: string; to: string } | null {
  if (wanted === found || !wanted.endsWith(DISCOVERY) || !found.endsWith(DISCOVERY)) return null;
  return { from: wanted.slice(0, -DISCOVERY.length), to: found.slice(0, -DISCOVERY.length) };
}

async function asGitResponse(
  response: Response,
  url: string,
  request: GitHttpRequest,
): Promise<GitHttpResponse> {
  return {
    url,
    method: request.method,
    statusCode: response.status,
    statusMessage: response.statusText,
    headers: Object.fromEntries(response.headers),
    body: oneChunk(await readBounded(response)),
  };
}

async function readBounded(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > RESPONSE_BYTES_MAX)
      throw new RefusedAnswerError('The forge answers with more than the farm reads.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

async function* oneChunk(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield bytes;
}

// Plain HTTP, for what a well-behaved client would not send and for answers byte by byte.
export type Answer = { status: number; headers: Headers; bytes: Buffer; text: string };

export type Question = {
  method?: string;
  bearer?: string;
  headers?: Record<string, string>;
  /** Text goes out as it is, everything else as JSON. */
  body?: unknown;
  /** `manual`: a redirect is the answer. */
  redirect?: 'manual';
};

/** `path` is put behind the farm's address as it is, so that `//other.example/` is a path too. */
export async function ask(baseUrl: string, path: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', bearer, headers, body, redirect } = question;
  const response = await fetch(baseUrl + path, {
    method,
    headers: {
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(redirect && { redirect }),
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: bytes.toString('utf8') };
}

// Asks the API again and again, as clients do who know nothing of the trouble, and writes down how it answered.
import { setTimeout as delay } from 'node:timers/promises';

export type Question = { path: string; method?: 'GET' | 'POST'; body?: unknown };

export type SteadyAnswer = {
  path: string;
  /** When it was asked, in ms since the epoch. */
  askedAt: number;
  tookMs: number;
  /** 0: there was none. */
  status: number;
  retryAfter: string | null;
  text: string;
};

export type Steady = AsyncDisposable & {
  /** In the order they came. */
  answers: readonly SteadyAnswer[];
  /** Resolves once the last question was answered. */
  end(): Promise<readonly SteadyAnswer[]>;
};

const ASK_EVERY_MS = 250;
const ANSWER_MS_MAX = 90_000;

/** The next question is asked in time whether or not the last one was answered. */
export function askSteadily(
  { baseUrl, bearer }: { baseUrl: string; bearer: string },
  nextQuestion: () => Question,
): Steady {
  const ending = new AbortController();
  const answers: SteadyAnswer[] = [];
  const underway = new Set<Promise<void>>();
  const asking = (async () => {
    while (!ending.signal.aborted) {
      const asked: Promise<void> = ask(baseUrl, bearer, nextQuestion())
        .then((answer) => void answers.push(answer))
        .finally(() => underway.delete(asked));
      underway.add(asked);
      await delay(ASK_EVERY_MS, undefined, { signal: ending.signal }).catch(() => {});
    }
  })();
  const end = async () => {
    ending.abort();
    await asking;
    await Promise.all(underway);
    return answers;
  };
  return {
    answers,
    end,
    async [Symbol.asyncDispose]() {
      await end();
    },
  };
}

async function ask(baseUrl: string, bearer: string, question: Question): Promise<SteadyAnswer> {
  const { path, method = 'GET', body } = question;
  const askedAt = Date.now();
  const startedAt = performance.now();
  const answered = (status: number, retryAfter: string | null, text: string): SteadyAnswer => {
    return { path, askedAt, tookMs: performance.now() - startedAt, status, retryAfter, text };
  };
  try {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const text = await response.text();
    return answered(response.status, response.headers.get('retry-after'), text);
  } catch (fault) {
    return answered(0, null, String(fault));
  }
}

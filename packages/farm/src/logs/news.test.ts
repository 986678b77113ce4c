import { expect, test } from 'vitest';
import { createNews } from './news.ts';

const JOB = 'a';
const notice = { channel: 'crafting_log', id: JOB, attempt: 1 } as const;
const never = new AbortController().signal;

test('news that came while the reader was busy wakes it at once', async () => {
  const news = createNews();
  using ear = news.subscribe(JOB);
  news.hear(notice);
  expect(await isPrompt(ear.next(never))).toBe(true);
});

test('news that was told once wakes once', async () => {
  const news = createNews();
  using ear = news.subscribe(JOB);
  news.hear(notice);
  await ear.next(never);
  const leave = new AbortController();
  const waiting = ear.next(leave.signal);
  expect(await isPrompt(waiting)).toBe(false);
  leave.abort();
  await waiting;
});

test('every reader of a job hears of it, and no reader of another', async () => {
  const news = createNews();
  using one = news.subscribe(JOB);
  using other = news.subscribe(JOB);
  using stranger = news.subscribe('b');
  const leave = new AbortController();
  const [first, second, third] = [one, other, stranger].map((ear) => ear.next(leave.signal));
  news.hear(notice);
  expect(await isPrompt(Promise.all([first, second]))).toBe(true);
  expect(await isPrompt(third!)).toBe(false);
  news.hearAll();
  expect(await isPrompt(third!)).toBe(true);
});

test('a reader that leaves waits no longer', async () => {
  using ear = createNews().subscribe(JOB);
  const leave = new AbortController();
  const waiting = ear.next(leave.signal);
  leave.abort();
  expect(await isPrompt(waiting)).toBe(true);
  expect(await isPrompt(ear.next(leave.signal))).toBe(true);
});

/** Whether it is done by the time everything that can be done now was done. */
async function isPrompt(done: Promise<unknown>): Promise<boolean> {
  const later = new Promise<false>((resolve) => setImmediate(resolve, false));
  return Promise.race([done.then(() => true), later]);
}

// Posts jobs as fast as the API takes them, each connection sending the next when the last was answered.
import { wallClockMs } from '../../clock.ts';
import { openRequests } from '../../requests.ts';
import { answerQuestions } from '../../side-process.ts';
import { percentile } from '../../statistics.ts';
import type { PostsAnswer, PostsQuestion } from './start-posts.ts';

answerQuestions(async (question: PostsQuestion): Promise<PostsAnswer> => {
  const { path, body, connections, countMax, msMax } = question;
  using requests = openRequests(question);
  const latencies: number[] = [];
  let left = countMax;
  const startedAt = wallClockMs();
  const lane = async () => {
    while (left-- > 0 && wallClockMs() - startedAt < msMax) {
      const sentAt = performance.now();
      const { status, text } = await requests.post(path, body);
      if (status !== 202) throw new Error(`POST ${path}: ${status} ${text}`);
      latencies.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  const tookMs = wallClockMs() - startedAt;
  return {
    startedAt,
    accepted: latencies.length,
    perSecond: latencies.length / (tookMs / 1000),
    p99Ms: percentile(latencies, 0.99),
  };
});

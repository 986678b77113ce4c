import type { BenchFarm } from '../../farm.ts';
import type { Bench } from '../../figure.ts';
import { startSideProcess } from '../../side-process.ts';

/** Ends with whichever limit comes first. */
export type PostsLoad = {
  path: string;
  body: object;
  connections: number;
  countMax: number;
  msMax: number;
};
export type PostsQuestion = PostsLoad & { baseUrl: string; bearer: string };
export type PostsAnswer = {
  /** Wall clock, in ms, just before the first. */
  startedAt: number;
  accepted: number;
  perSecond: number;
  p99Ms: number;
};

export type Posts = { pid: number; send(load: PostsLoad): Promise<PostsAnswer> };

/** A client in a process of its own. */
export async function startPosts(bench: Bench, { baseUrl, bearer }: BenchFarm): Promise<Posts> {
  const side = bench.own(await startSideProcess<PostsQuestion, PostsAnswer>('./load/posts/main.ts'));
  return { pid: side.pid, send: (load) => side.ask({ ...load, baseUrl, bearer }) };
}

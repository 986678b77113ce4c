import { expect, test } from 'vitest';
import { createAttemptStop } from './attempt-stop.ts';

test('the first reason wins and is told once', () => {
  const stop = createAttemptStop();
  const told: string[] = [];
  stop.onRequest((reason) => told.push(reason));
  expect(stop.reason).toBeNull();
  stop.request('cancelled');
  stop.request('lost');
  expect(stop.reason).toBe('cancelled');
  expect(told).toEqual(['cancelled']);
});

test('who asks later is told at once', () => {
  const stop = createAttemptStop();
  stop.request('give_back');
  const told: string[] = [];
  stop.onRequest((reason) => told.push(reason));
  expect(told).toEqual(['give_back']);
});

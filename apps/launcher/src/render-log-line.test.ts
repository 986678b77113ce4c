import { expect, test } from 'vitest';
import { renderLogLine } from './render-log-line.ts';

test('warnings and worse are shown, with the reason they carry', () => {
  expect(renderLogLine('api', '{"level":40,"msg":"slow"}')).toBe('api: warning: slow');
  expect(renderLogLine('worker-1', '{"level":50,"msg":"claim failed","err":{"message":"no route"}}')).toBe(
    'worker-1: error: claim failed: no route',
  );
});

test('the everyday lines stay in the log file', () => {
  expect(renderLogLine('api', '{"level":30,"msg":"GET /healthz"}')).toBeUndefined();
  expect(renderLogLine('api', '')).toBeUndefined();
});

test('what is not a log entry is a crash and shown as it is', () => {
  expect(renderLogLine('api', 'TypeError: x is not a function')).toBe('api: TypeError: x is not a function');
  expect(renderLogLine('api', '{ code: 1 }')).toBe('api: { code: 1 }');
});

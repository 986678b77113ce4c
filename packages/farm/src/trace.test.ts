import { expect, test } from 'vitest';
import { continueTrace, traceFields } from './trace.ts';

const GIVEN = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

test('a trace that is given is continued by a span of its own, flags and all', () => {
  const trace = continueTrace(GIVEN);
  expect(trace).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentSpanId: 'b7ad6b7169203331',
  });
  expect(trace.spanId).toMatch(/^[0-9a-f]{16}$/);
  expect(trace.spanId).not.toBe(trace.parentSpanId);
  expect(trace.traceparent).toBe(`00-${trace.traceId}-${trace.spanId}-00`);
  expect(continueTrace(trace.traceparent)).toMatchObject({
    traceId: trace.traceId,
    parentSpanId: trace.spanId,
  });
});

test.each([
  undefined,
  null,
  '',
  'nonsense',
  GIVEN.toUpperCase(),
  `${GIVEN}x`,
  'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
  '00-00000000000000000000000000000000-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
  `${GIVEN}\n"injected"`,
])('%j begins a new trace', (header) => {
  const trace = continueTrace(header);
  expect(trace.parentSpanId).toBeNull();
  expect(trace.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(traceFields(trace)).toEqual({ trace_id: trace.traceId, span_id: trace.spanId });
});

test('fields of a later version are left out', () => {
  expect(continueTrace(`01${GIVEN.slice(2)}-more`).parentSpanId).toBe('b7ad6b7169203331');
});

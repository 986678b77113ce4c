// W3C Trace Context (https://www.w3.org/TR/trace-context/): the one thread from a request to the log lines of the worker.
import { randomBytes } from 'node:crypto';

export type Trace = {
  traceId: string;
  /** Of the work at hand. */
  spanId: string;
  /** Of the work that asked for it; null at the beginning of a trace. */
  parentSpanId: string | null;
  /** To hand on. */
  traceparent: string;
};

// A later version may append fields; the all-zero ids and version ff are no ids.
const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const SAMPLED = '01';

/** A span of its own in the trace that the header names, or in a new one when it names none. */
export function continueTrace(traceparent: string | null | undefined): Trace {
  const [, traceId = randomHex(16), parentSpanId = null, flags = SAMPLED] =
    TRACEPARENT.exec(traceparent?.slice(0, 200) ?? '') ?? [];
  const spanId = randomHex(8);
  return { traceId, spanId, parentSpanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

/** As it stands in log lines. */
export function traceFields({ traceId, spanId, parentSpanId }: Trace): Record<string, string> {
  return { trace_id: traceId, span_id: spanId, ...(parentSpanId && { parent_span_id: parentSpanId }) };
}

function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

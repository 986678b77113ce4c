// One example that failed, as RSpec states it in text or JSON, and the finding it makes.
import type { FindingCollector, FindingDraft, StatedPlace } from '../../../core/finding-collector.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import { findRubyFrame } from '../frames.ts';

export type ExampleFailure = {
  /** The descriptions of the groups and of the example, as RSpec joins them. */
  name: string;
  /** `errored`: the fault was outside of any example. */
  outcome: 'failed' | 'errored';
  exceptionClass?: string | undefined;
  message: string;
  detail?: string;
  trace: readonly string[];
  /** Where the example is, when no frame is the project's. */
  place?: StatedPlace | undefined;
  durationMs?: number | undefined;
  logLine?: number;
};

export function failureToDraft(failure: ExampleFailure, { resolve }: FindingCollector): FindingDraft {
  const { name, outcome, exceptionClass, message, detail, trace, place, durationMs, logLine } = failure;
  const said = joinExpectation(message.trim());
  const isPlain = exceptionClass === undefined || exceptionClass.startsWith('RSpec::Expectations::');
  const whole = isPlain ? said : `${exceptionClass}: ${said}`;
  // The detail of a block repeats the message.
  const text = detail === undefined ? whole : (whole.split('\n', 1)[0] ?? '');
  return {
    kind: outcome === 'errored' ? 'test_error' : 'test_failure',
    severity: TEST_SEVERITY[outcome],
    level: 'error',
    text: text === '' ? `${name} ${outcome}` : text,
    detail,
    place: findRubyFrame(trace, resolve) ?? place,
    test: { name, outcome, ...(durationMs === undefined ? {} : { duration_ms: durationMs }) },
    extra: isPlain ? undefined : { type: exceptionClass },
    ...(logLine === undefined ? {} : { logLine }),
  };
}

/** `expected: 2` and `got: 3` say nothing without each other. */
function joinExpectation(text: string): string {
  return text.replace(/^(expected: [^\n]{0,300})\n\s{0,20}(got: [^\n]{0,300})/, '$1, $2');
}

// One test as the console or a TRX report states it, and the finding it makes.
import type { TestDetail } from '@crafting-table/contracts/finding';
import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import { TEST_SEVERITY } from '../../../core/severity.ts';
import { findProjectFrame } from './frames.ts';

export type TestResult = {
  /** As printed: with its class under xUnit and NUnit, alone under MSTest. */
  name: string;
  /** The class, where the report states it. */
  suite?: string | undefined;
  outcome: 'failed' | 'errored';
  durationMs?: number | undefined;
  message: string;
  trace: readonly string[];
  output?: string;
  logLine?: number;
};

export function resultToDraft(result: TestResult, { resolve }: FindingCollector): FindingDraft {
  const { name, outcome, durationMs, message, trace, output = '', logLine } = result;
  const suite = result.suite ?? classOf(name);
  const test: TestDetail = { name, outcome };
  if (suite !== undefined) test.suite = suite;
  if (durationMs !== undefined) test.duration_ms = durationMs;
  return {
    kind: outcome === 'failed' ? 'test_failure' : 'test_error',
    severity: TEST_SEVERITY[outcome],
    level: 'error',
    text: message.trim() === '' ? `${name} ${outcome}` : message,
    detail: [...trace, output].join('\n').trimEnd(),
    place: findProjectFrame(trace, resolve),
    test,
    ...(logLine === undefined ? {} : { logLine }),
  };
}

/** `Shop.CartTests.Total(a: "1.5")` → `Shop.CartTests`. */
function classOf(name: string): string | undefined {
  const method = name.replace(/\(.*$/s, '');
  const dot = method.lastIndexOf('.');
  return dot <= 0 || /\s/.test(method) ? undefined : method.slice(0, dot);
}

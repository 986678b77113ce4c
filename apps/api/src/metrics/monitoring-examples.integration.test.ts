// What Prometheus's own tool says of the examples and of the page of metrics. Exists where the machine has it.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPrometheus } from '@crafting-table/dev-services/prometheus';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { createMetrics } from './create-metrics.ts';
import { SAMPLE_NUMBERS } from './stand-ins/sample-numbers.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../examples/monitoring/', import.meta.url));
const programs = await findPrometheus();

type Rule = { alert: string; expr: string; for: string };
type Rules = { groups: [{ rules: Rule[] }] };
type Cases = { tests: { alert_rule_test: { alertname: string }[] }[] };

const RULES: Rules = parse(await readFile(`${EXAMPLES}alerts.yml`, 'utf8'));
const CASES: Cases = parse(await readFile(`${EXAMPLES}alerts.test.yml`, 'utf8'));

describe.runIf(programs)('promtool', () => {
  test('finds no fault in the rules and in the settings, and every case of alerts.test.yml comes out as it says', async () => {
    expect(await promtool(['check', 'config', `${EXAMPLES}prometheus.yml`])).toMatchObject({ code: 0 });
    expect(await promtool(['test', 'rules', `${EXAMPLES}alerts.test.yml`])).toMatchObject({ code: 0 });
  });

  test('finds no fault in the page of metrics', async () => {
    const page = await createMetrics().render(SAMPLE_NUMBERS);
    const { output } = await promtool(['check', 'metrics'], page);
    // The names of prom-client's own metrics are not ours to choose.
    expect(output.split('\n').filter((line) => line.startsWith('crafting_'))).toEqual([]);
    expect(output).not.toContain('error while linting');
  });

  test.each(rulesOf(RULES).map(({ alert }) => alert))(
    'has a case in which %s speaks, one in which it is quiet, and one for its patience',
    async (alert) => {
      const change = (edit: (rule: Rule) => void) => testChangedRule(alert, edit);
      expect(await change((rule) => (rule.expr = 'vector(0) > 1'))).not.toBe(0);
      expect(await change((rule) => (rule.expr = 'vector(1)'))).not.toBe(0);
      expect(await change((rule) => (rule.for = rule.for === '0m' ? '20m' : '0m'))).not.toBe(0);
    },
  );
});

/** The exit code of the cases about a rule when that is another one. */
async function testChangedRule(alert: string, edit: (rule: Rule) => void): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'crafting-rules-'));
  try {
    const rules = structuredClone(RULES);
    edit(rulesOf(rules).find((rule) => rule.alert === alert)!); // The list of alerts was read from there.
    const tests = CASES.tests.filter(({ alert_rule_test }) =>
      alert_rule_test.some(({ alertname }) => alertname === alert),
    );
    await writeFile(join(folder, 'alerts.yml'), stringify(rules));
    await writeFile(
      join(folder, 'alerts.test.yml'),
      stringify({ ...CASES, tests }, { aliasDuplicateObjects: false }),
    );
    return (await promtool(['test', 'rules', join(folder, 'alerts.test.yml')])).code;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function rulesOf({ groups }: Rules): Rule[] {
  return groups.flatMap(({ rules }) => rules);
}

const PROMTOOL_MS = 30_000;

function promtool(args: readonly string[], input = ''): Promise<{ code: number; output: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
  const child = execFile(
    programs!.promtool, // The suite exists where it was found.
    args,
    { timeout: PROMTOOL_MS },
    (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
  );
  child.stdin!.end(input); // It is a pipe if not told otherwise.
  return promise;
}

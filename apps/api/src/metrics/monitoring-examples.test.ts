// The alert rules and the dashboard of examples/monitoring say what Prometheus understands, and ask for what /metrics tells.
import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from './create-metrics.ts';
import { SAMPLE_NUMBERS } from './stand-ins/sample-numbers.ts';

const ROOT = new URL('../../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

type Rule = {
  alert: string;
  expr: string;
  for: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
};
type Panel = {
  id: number;
  type: string;
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  targets?: { expr: string; legendFormat: string }[];
};

const rules: Rule[] = parse(read('examples/monitoring/alerts.yml')).groups.flatMap(
  ({ rules: of }: { rules: Rule[] }) => of,
);
const panels: Panel[] = JSON.parse(read('examples/monitoring/grafana-dashboard.json')).panels;
const told = await tellAll();
/** What Prometheus adds by itself. */
const SCRAPED = { metrics: ['up'], labels: ['instance', 'job', 'le'] };

const asked = [
  ...rules.map(({ alert, expr }): [string, string] => [`alert ${alert}`, expr]),
  ...panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }): [string, string] => [`panel ${title}`, expr]),
  ),
];

test.each(asked)('%s asks for what there is: %s', (_, expr) => {
  const { errors, metrics, labels } = readQuery(expr);
  expect(errors).toEqual([]);
  expect(metrics.length).toBeGreaterThan(0);
  expect(metrics.filter((name) => !told.metrics.has(name) && !SCRAPED.metrics.includes(name))).toEqual([]);
  const known = new Set([
    ...SCRAPED.labels,
    ...metrics.flatMap((name) => [...(told.metrics.get(name) ?? [])]),
  ]);
  expect(labels.filter((label) => !known.has(label))).toEqual([]);
});

test('the check of queries finds what is wrong with one', () => {
  expect(readQuery('max by (worker crafting_workers').errors).not.toEqual([]);
  expect(readQuery('crafting_wrokers{worker="a"} == 0')).toMatchObject({
    metrics: ['crafting_wrokers'],
    labels: ['worker'],
  });
});

describe('alerts', () => {
  const runbook = read('docs/operations.md');

  test.each(rules)(
    '$alert has a name of its own, a severity, a duration and an entry under its name in docs/operations.md',
    (rule) => {
      expect(rules.filter(({ alert }) => alert === rule.alert)).toHaveLength(1);
      expect(rule.labels.severity).toMatch(/^(critical|warning|info)$/);
      expect(rule.for).toMatch(/^\d+[mh]$/);
      const [file, anchor] = rule.annotations.runbook.split('#');
      expect(file).toBe('docs/operations.md');
      expect(anchor).toBe(rule.alert.replaceAll(/(?<!^)[A-Z]/g, '-$&').toLowerCase());
      const headings = [...runbook.matchAll(/^#+ (.+)$/gm)].map((match) =>
        match[1]!.toLowerCase().replaceAll(' ', '-'),
      );
      expect(headings).toContain(anchor);
    },
  );

  test('have labels in their words that their query keeps', () => {
    for (const { expr, annotations } of rules) {
      for (const [, label] of annotations.summary.matchAll(/\$labels\.(\w+)/g))
        expect(expr).toContain(`by (${label})`);
    }
  });
});

describe('the dashboard', () => {
  test('has panels with ids of their own that do not lie on each other and stay on the page', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect({ title, isFree: !taken.has(`${x}/${y}`) }).toEqual({ title, isFree: true });
          taken.add(`${x}/${y}`);
        }
      }
    }
  });

  test('names in its legends only labels that its queries keep', () => {
    for (const { targets = [] } of panels) {
      for (const { expr, legendFormat } of targets) {
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          const isKept =
            !/\bby \(/.test(expr) || [...expr.matchAll(/by \(([^)]*)\)/g)][0]![1]!.includes(label!);
          expect({ expr, label, isKept }).toMatchObject({ isKept: true });
        }
      }
    }
  });
});

/** Every metric of /metrics with the labels that it has. */
async function tellAll(): Promise<{ metrics: Map<string, Set<string>> }> {
  const metrics = createMetrics();
  metrics.observe({ method: 'GET', route: 'getJob', status: 200, secs: 0.02 });
  const found = new Map<string, Set<string>>();
  for (const line of (await metrics.render(SAMPLE_NUMBERS)).split('\n')) {
    const match = /^([a-z_0-9]+)(?:\{(.*)\})? \S+$/.exec(line);
    if (!match) continue;
    const labels = found.get(match[1]!) ?? new Set<string>();
    for (const [, label] of (match[2] ?? '').matchAll(/([a-z_]+)="/g)) labels.add(label!);
    found.set(match[1]!, labels);
  }
  return { metrics: found };
}

function readQuery(expr: string): { errors: string[]; metrics: string[]; labels: string[] } {
  const query = { errors: [] as string[], metrics: [] as string[], labels: [] as string[] };
  parser.parse(expr).iterate({
    enter(node) {
      const text = expr.slice(node.from, node.to);
      if (node.type.isError) query.errors.push(`at ${node.from}: ${text}`);
      if (node.name === 'Identifier') query.metrics.push(text);
      if (node.name === 'LabelName') query.labels.push(text);
    },
  });
  return query;
}

import { createHash } from 'node:crypto';
import { problem, PROBLEMS, ProblemCode } from '@crafting-table/contracts/problem';
import { ROUTES } from '@crafting-table/contracts/routes';
import { expect, test } from 'vitest';
import { DOCS_SECURITY_POLICY, docsPage } from './docs-page.ts';
import { openApiDocument } from './openapi.ts';

// As it travels: what is undefined is not there.
const document = JSON.parse(JSON.stringify(openApiDocument('1.2.3')));

test('the document has every route under its own name, and nothing else', () => {
  const operations = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((path) =>
    Object.values(path).map((operation) => operation.operationId),
  );
  expect(operations.toSorted()).toEqual(Object.keys(ROUTES).toSorted());
});

test('every reference leads somewhere in the document', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!);
  expect(references.length).toBeGreaterThan(0);
  for (const reference of new Set(references)) {
    const place = reference.split('/').slice(1);
    const found = place.reduce<unknown>(
      (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
      document,
    );
    expect({ reference, isThere: found !== undefined }).toEqual({ reference, isThere: true });
  }
});

test.each(Object.entries(ROUTES))('%s declares what stands in its path', (_name, route) => {
  const operation = document.paths[route.path][route.method];
  const inPath = operation.parameters.filter((parameter: { in: string }) => parameter.in === 'path');
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  expect(inPath.map((parameter: { name: string }) => parameter.name)).toEqual(names);
  expect(Object.keys(operation.responses)).toContain(String(route.status));
});

test.each(ProblemCode.options)('the type of %s led to no place on the page', (code) => {
  const [path, anchor] = problem(code).type.split('#');
  expect(path).toBe(ROUTES.getDocs.path);
  const places = docsPage()
    .split('\n')
    .filter((line) => line.includes(` id="${anchor}"`));
  expect(places).toEqual([
    expect.stringMatching(`<td>${PROBLEMS[code].status}</td>.*${PROBLEMS[code].title}`),
  ]);
});

test('the policy of the page allows the one script that is in it', () => {
  const scripts = [...docsPage().matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1]!);
  expect(scripts).toHaveLength(1);
  const hash = createHash('sha256').update(scripts[0]!).digest('base64');
  expect(DOCS_SECURITY_POLICY).toContain(`script-src 'sha256-${hash}';`);
  expect(docsPage()).not.toMatch(/\son\w+=|<script\s/);
});

import { ROUTES } from '@crafting-table/contracts/routes';
import { expect, test } from 'vitest';
import { urlOf } from './url-of.ts';

test.each([
  ['http://lan', 'http://lan/healthz'],
  ['http://lan/', 'http://lan/healthz'],
  ['http://lan/farm', 'http://lan/farm/healthz'],
  ['http://lan/farm/', 'http://lan/farm/healthz'],
  ['http://lan:8810/a/b/', 'http://lan:8810/a/b/healthz'],
])('a farm below a path of its host, %s, is asked there and not at the root', (baseUrl, url) => {
  expect(urlOf(baseUrl, ROUTES.getHealth, {}).href).toBe(url);
});

test('a name that looks like a path, and a query, stay what they are', () => {
  const given = { params: { name: '//a?b#c' }, query: { path: 'src/&', tool: undefined } };
  const { href } = urlOf('http://lan/farm/', ROUTES.listOpenFindings, given);
  expect(href).toBe('http://lan/farm/projects/%2F%2Fa%3Fb%23c/findings?path=src%2F%26');
});

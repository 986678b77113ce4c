import { expect, test } from 'vitest';
import { showError } from './show-error.ts';

test('what a library hangs on its error stays out, what helps to find the place is told', () => {
  const ofPostgres = Object.assign(new Error('null value in column "name"'), {
    code: '23502',
    table: 'projects',
    detail: 'Failing row contains (…, hunter2).',
    parameters: ['hunter2'],
  });
  const ofRedis = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } });
  const shown = showError(
    new Error('it failed', { cause: new AggregateError([ofPostgres, ofRedis], 'both') }),
  );
  expect(shown).toMatchObject({
    type: 'Error',
    message: 'it failed',
    stack: expect.stringContaining('show-error.test.ts'),
    cause: { errors: [{ code: '23502', table: 'projects' }, { message: 'WRONGPASS' }] },
  });
  expect(JSON.stringify(shown)).not.toContain('hunter2');
});

test('an address in a message keeps its host and loses its password', () => {
  const shown = showError(
    new Error('cannot reach postgres://farm:hunter2@db.lan:5432/farm or https://x-token@git.lan/a.git'),
  );
  expect(shown.message).toBe('cannot reach postgres://***@db.lan:5432/farm or https://***@git.lan/a.git');
  expect(shown.stack).not.toContain('hunter2');
});

test('what is no error is told too, and causes without an end are not followed to it', () => {
  expect(showError('gone')).toEqual({ type: 'string', message: 'gone' });
  const endless = new Error('again');
  endless.cause = endless;
  expect(JSON.stringify(showError(endless)).match(/"message":"again"/g)).toHaveLength(5);
});

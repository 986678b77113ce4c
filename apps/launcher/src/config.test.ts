import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

describe('the configuration of a start', () => {
  test('has a default for everything', () => {
    expect(configOf([], {})).toMatchObject({
      databaseUrl: undefined,
      redisUrl: undefined,
      dataDir: resolve('data'),
      host: '127.0.0.1',
      port: 8810,
      workers: 1,
      runDemo: true,
    });
  });

  test('takes the environment over the defaults, and flags over both', () => {
    const environment = { CRAFTING_PORT: '1000', CRAFTING_HOST: '0.0.0.0', CRAFTING_WORKERS: '3' };
    expect(configOf(['--port', '2000', '--workers=0', '--no-demo'], environment)).toMatchObject({
      port: 2000,
      host: '0.0.0.0',
      workers: 0,
      runDemo: false,
    });
  });

  test('means a relative data folder from where the person stands, not from the project', () => {
    expect(configOf(['--data', 'here'], { INIT_CWD: '/home/ada' })).toMatchObject({
      dataDir: '/home/ada/here',
    });
  });

  test.each([
    [['--prot', '1'], '--prot is not a flag; did you mean --port?'],
    [['--nodemo'], '--nodemo is not a flag; did you mean --no-demo?'],
    [['--port'], '--port needs a value.'],
    [['8810'], '"8810" is not a flag.'],
    [['--port', 'x'], 'CRAFTING_PORT: '],
  ])('%j is refused by name', (args, why) => {
    const request = readConfig(args, {});
    expect(request.kind === 'refused' && request.why).toContain(why);
  });

  test('a misspelt setting is refused like a misspelt flag', () => {
    const request = readConfig([], { CRAFTING_WORKER: '2' });
    expect(request.kind === 'refused' && request.why).toContain('CRAFTING_WORKER is not a setting');
  });

  test('--help is answered whatever else is said', () => {
    expect(readConfig(['--port', '1', '--help'], {})).toEqual({ kind: 'help' });
  });
});

function configOf(args: string[], environment: NodeJS.ProcessEnv) {
  const request = readConfig(args, environment);
  if (request.kind !== 'start') throw new Error(`not a start: ${JSON.stringify(request)}`);
  return request.config;
}

import { expect, test } from 'vitest';
import { openedRequest, parseAnswer, startRequest } from './fork-protocol.ts';
import type { RecipePlace } from './spawner.ts';

const COMMAND = {
  file: '/bin/sh',
  arguments: ['-c', 'é\n'],
  wrappers: 1,
  endsTree: true,
  vouches: true,
} as const;

function fieldsOf(frame: Buffer): string[] {
  expect(frame.readUInt32BE(0)).toBe(frame.length - 4);
  const fields: string[] = [];
  for (let at = 4; at < frame.length;) {
    const end = at + 4 + frame.readUInt32BE(at);
    fields.push(frame.toString('utf8', at + 4, end));
    at = end;
  }
  return fields;
}

test('a request carries every field with its length in bytes', () => {
  const request = startRequest(
    '7',
    { ...COMMAND, arguments: [...COMMAND.arguments] },
    { cwd: '/a b', env: { A: '', B: '=\n' } },
  );
  const command = ['3', '/bin/sh', '-c', 'é\n'];
  expect(fieldsOf(request)).toEqual(['start', '7', '1', '/a b', '0', ...command, 'A=', 'B==\n']);
  expect(fieldsOf(openedRequest('7'))).toEqual(['opened', '7']);
});

test('a request says what is hidden before what is shown again', () => {
  const view = { hidden: ['/data'], own: ['/data/a b'], readOnly: ['/data/objects'] };
  const request = startRequest('7', { ...COMMAND, arguments: [] }, { cwd: '/', env: {}, view });
  const words = ['hide /data', 'show /data/a b', 'show_read_only /data/objects'];
  expect(fieldsOf(request)).toEqual(['start', '7', '1', '/', '3', ...words, '1', '/bin/sh']);
});

const NUL_BYTES: RecipePlace[] = [
  { cwd: '/a\0b', env: {} },
  { cwd: '/', env: { A: 'a\0B=b' } },
  { cwd: '/', env: { 'A\0': 'a' } },
];

test.each(NUL_BYTES)('a NUL byte is refused in %j', (place) => {
  expect(() => startRequest('7', { ...COMMAND, arguments: [] }, place)).toThrow('NUL byte');
});

test.each([
  ['ready', { verb: 'ready' }],
  ['running 7 812 5', { verb: 'running', id: '7', pid: 812, descriptor: 5 }],
  [
    'failed 7 chdir: No such file or directory ',
    { verb: 'failed', id: '7', why: 'chdir: No such file or directory' },
  ],
  ['exited 7 3 0 1', { verb: 'exited', id: '7', code: 3, signal: 0, hasStarted: true }],
  ['exited 7 0 9 0', { verb: 'exited', id: '7', code: 0, signal: 9, hasStarted: false }],
])('%s is understood', (line, answer) => {
  expect(parseAnswer(line)).toEqual(answer);
});

test.each(['', 'hello', 'running 7', 'exited 7 1 2'])('"%s" is no answer', (line) => {
  expect(() => parseAnswer(line)).toThrow('an answer that is none');
});

import { expect, test } from 'vitest';
import { parsePosition, renderEvent } from './stream-log.ts';

const position = { attempt: 2, offset: 7 };

test('an event is its kind, the place after it, and one line of JSON', () => {
  const text = 'carriage \r return\n\nand 🙂';
  const rendered = renderEvent({ kind: 'log', position, bytes: Buffer.from(text) });
  const [event, id, data, ...rest] = rendered.split('\n');
  expect([event, id, ...rest]).toEqual(['event: log', 'id: 2.7', '', '']);
  expect(JSON.parse(data!.slice('data: '.length))).toEqual({ text });
  expect(rendered).not.toContain('\r');
});

test('a gap and another attempt have a place too; the end and a sign of life have none', () => {
  expect(renderEvent({ kind: 'gap', position, bytes: 5 })).toBe('event: gap\nid: 2.7\ndata: {"bytes":5}\n\n');
  expect(renderEvent({ kind: 'attempt', position })).toBe('event: attempt\nid: 2.7\ndata: {"attempt":2}\n\n');
  expect(renderEvent({ kind: 'idle' })).toBe(': nothing new\n\n');
});

test('the place of an event is read back; anything else is no place', () => {
  expect(parsePosition('2.7')).toEqual(position);
  expect(parsePosition('0.7')).toEqual({ attempt: 1, offset: 7 });
  for (const header of [undefined, '', '2', '2.7.1', '-1.0', 'a.b', ['2.7'], `1.${'9'.repeat(16)}`]) {
    expect(parsePosition(header)).toBeNull();
  }
});

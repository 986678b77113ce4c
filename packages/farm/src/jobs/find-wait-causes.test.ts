import { expect, test } from 'vitest';
import { findWaitCauses, type Waiting } from './find-wait-causes.ts';

type Worker = Waiting['workers'][number];

const worker = (state: Worker['state'], name = 'attic-1'): Worker => ({
  name,
  state,
  blocked: state === 'blocked' ? 'only 1.0 GiB are free' : null,
  slots: 2,
  busy: state === 'idle' ? 0 : 2,
});
const NEXT = { ahead_in_project: 0, ahead_in_farm: 0, is_delivered: true };

function causesOf(
  workers: Worker[],
  place: Partial<Waiting['place']> = {},
  queue: Waiting['queue'] = 'open',
): string[] {
  return findWaitCauses({ workers, place: { ...NEXT, ...place }, queue }).map(({ cause }) => cause);
}

test.each([
  ['no worker is alive', [], ['no_worker']],
  [
    'a worker is free',
    [worker('idle'), worker('busy'), worker('blocked'), worker('draining')],
    ['about_to_start'],
  ],
  ['all slots are busy', [worker('busy'), worker('busy')], ['slots_busy']],
  [
    'some are busy and one has no disk left',
    [worker('busy'), worker('blocked')],
    ['slots_busy', 'disk_floor'],
  ],
  ['some are busy and one is drained', [worker('busy'), worker('draining')], ['slots_busy', 'draining']],
  ['every worker is drained', [worker('draining'), worker('draining')], ['draining']],
  [
    'one has no disk left and the other is drained',
    [worker('blocked'), worker('draining')],
    ['disk_floor', 'draining'],
  ],
] as const)('where %s, that is what is said', (_, workers, expected) => {
  expect(causesOf([...workers])).toEqual(expected);
});

test('who comes first is told apart by whether it is of the same project', () => {
  expect(causesOf([worker('idle')], { ahead_in_project: 2, ahead_in_farm: 2 })).toEqual([
    'own_project_first',
  ]);
  expect(causesOf([worker('idle')], { ahead_in_project: 0, ahead_in_farm: 2 })).toEqual([
    'other_projects_first',
  ]);
  const both = findWaitCauses({
    workers: [worker('busy')],
    place: { ...NEXT, ahead_in_project: 1, ahead_in_farm: 3 },
    queue: 'open',
  });
  expect(both.map(({ detail }) => detail)).toEqual([
    'All 2 slots of 1 worker are busy.',
    '1 job of its own project comes first, by priority and age.',
    '2 jobs of other projects have an earlier turn.',
  ]);
});

test('a queue that somebody paused is said: nothing else would say why idle workers take nothing', () => {
  expect(causesOf([worker('idle')], {}, 'paused')).toEqual(['queue_paused']);
});

test('a queue that is away is said, and not that the job was not handed to it', () => {
  expect(causesOf([worker('idle')], { is_delivered: false }, 'away')).toEqual(['queue_away']);
  expect(causesOf([worker('idle')], { is_delivered: false })).toEqual(['not_delivered']);
});

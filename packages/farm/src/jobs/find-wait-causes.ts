import type { WaitingWorker, Why } from '@crafting-table/contracts/why';

export type Waiting = {
  workers: readonly Pick<WaitingWorker, 'name' | 'state' | 'blocked' | 'slots' | 'busy'>[];
  place: { ahead_in_project: number; ahead_in_farm: number; is_delivered: boolean };
  queue: 'open' | 'paused' | 'away';
};

/** Every reason there is why a queued job was not claimed yet, the most important one first; always at least one. */
export function findWaitCauses({ workers, place, queue }: Waiting): Why['causes'] {
  const causes = [...workerCauses(workers), ...queueCauses(place, queue)];
  if (causes.length > 0) return causes;
  return [
    { cause: 'about_to_start', detail: 'A worker is free and it is next: it should start within seconds.' },
  ];
}

function workerCauses(workers: Waiting['workers']): Why['causes'] {
  if (workers.length === 0) {
    return [{ cause: 'no_worker', detail: 'No worker is alive; it waits until one starts.' }];
  }
  if (workers.some(({ state }) => state === 'idle')) return [];
  const busy = workers.filter(({ state }) => state === 'busy');
  const draining = workers.filter(({ state }) => state === 'draining');
  const causes: Why['causes'] = [];
  if (busy.length > 0) {
    const slots = busy.reduce((sum, each) => sum + each.slots, 0);
    const detail = `All ${inWords(slots, 'slot')} of ${inWords(busy.length, 'worker')} are busy.`;
    causes.push({ cause: 'slots_busy', detail });
  }
  for (const { name, state, blocked } of workers) {
    if (state === 'blocked') {
      causes.push({ cause: 'disk_floor', detail: `Worker ${name} claims nothing: ${blocked}.` });
    }
  }
  if (draining.length > 0) {
    const names = draining.map(({ name }) => name).join(', ');
    const verb = draining.length === 1 ? 'takes' : 'take';
    causes.push({
      cause: 'draining',
      detail: `${inWords(draining.length, 'worker')} ${verb} nothing new, draining: ${names}.`,
    });
  }
  return causes;
}

function queueCauses(place: Waiting['place'], queue: Waiting['queue']): Why['causes'] {
  const ofOthers = Math.max(0, place.ahead_in_farm - place.ahead_in_project);
  const causes: Why['causes'] = [];
  if (queue === 'away') {
    causes.push({
      cause: 'queue_away',
      detail: 'The queue is away; nothing is lost and it goes on when that is back.',
    });
  } else if (!place.is_delivered) {
    causes.push({
      cause: 'not_delivered',
      detail: 'It was not handed to the queue yet; the sweep does so within seconds.',
    });
  }
  if (queue === 'paused') {
    causes.push({
      cause: 'queue_paused',
      detail: 'The queue was paused and hands out nothing; an admin resumes it at /admin/queues.',
    });
  }
  if (place.ahead_in_project > 0) {
    const comes = place.ahead_in_project === 1 ? 'comes' : 'come';
    const detail = `${inWords(place.ahead_in_project, 'job')} of its own project ${comes} first, by priority and age.`;
    causes.push({ cause: 'own_project_first', detail });
  }
  if (ofOthers > 0) {
    const have = ofOthers === 1 ? 'has' : 'have';
    const detail = `${inWords(ofOthers, 'job')} of other projects ${have} an earlier turn.`;
    causes.push({ cause: 'other_projects_first', detail });
  }
  return causes;
}

function inWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

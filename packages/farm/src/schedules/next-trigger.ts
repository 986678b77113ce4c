import type { NextTrigger } from '@crafting-table/queues/open-triggers';
import { nextFiring } from './firing-times.ts';

/** The queue's schedulers come when the rows say, also on days on which the clock is changed. */
export const nextTrigger: NextTrigger = (timing, after) => nextFiring(timing, after)?.at ?? null;

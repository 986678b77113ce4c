// What a project says of its schedules, checked, and with its short form written out.
import { createHash } from 'node:crypto';
import type { FieldFault } from '@crafting-table/contracts/problem';
import type { ProjectBody } from '@crafting-table/contracts/project';
import type { Recipe } from '@crafting-table/contracts/words';
import { refuse, type Refusal } from '../refusal.ts';
import { findCronFault } from './cron.ts';
import { isZone } from './wall-clock.ts';

type Stated = ProjectBody['schedule'] | null;

export type Schedule = {
  cron: string;
  tz: string;
  recipe: Recipe;
  subproject: string | null;
  ref: string | null;
  enabled: boolean;
};

/** Nights begin here, and what they bring is in the morning's mail. Spread, so that not all projects begin at once. */
const NIGHT_MINUTES = 4 * 60;

export function readSchedules(project: { id: string; schedule: Stated }, nightlyTz: string): Schedule[] {
  const { schedule } = project;
  if (!schedule) return [];
  if (Array.isArray(schedule)) {
    return schedule.map(({ subproject = null, ref = null, ...rest }) => ({ ...rest, subproject, ref }));
  }
  const cron = nightlyCron(project.id);
  return Object.keys(schedule).map((recipe) => ({
    cron,
    tz: nightlyTz,
    recipe: recipe as Recipe, // The keys of this record are recipes.
    subproject: null,
    ref: null,
    enabled: true,
  }));
}

/** Schedules that say the same are the same one, whatever else of the project is edited. */
export function keyOf({ cron, tz, recipe, subproject, ref }: Schedule): string {
  const text = JSON.stringify([cron.trim().split(/\s+/), tz, recipe, subproject, ref]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Refuses a schedule that never fires, naming the field and the reason. */
export function refuseBadSchedules(schedule: Stated): Refusal | null {
  if (!schedule || !Array.isArray(schedule)) return null;
  const faults = schedule.flatMap(({ cron, tz }, index): FieldFault[] => {
    const cronFault = findCronFault(cron);
    return [
      ...(cronFault === null ? [] : [{ path: `body.schedule.${index}.cron`, message: cronFault }]),
      ...(isZone(tz)
        ? []
        : [{ path: `body.schedule.${index}.tz`, message: 'is no zone, like Europe/Berlin or UTC' }]),
    ];
  });
  if (faults.length === 0) return null;
  return refuse('invalid_input', faults.map(({ path, message }) => `${path}: ${message}`).join('; '), faults);
}

function nightlyCron(projectId: string): string {
  const minute = createHash('sha256').update(projectId).digest().readUInt32BE() % NIGHT_MINUTES;
  return `${minute % 60} ${Math.floor(minute / 60)} * * *`;
}

import type { Project, ProjectBody } from '@crafting-table/contracts/project';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { insertProject } from '@crafting-table/database/projects';
import { readClock } from '@crafting-table/database/schedules';
import type { Caller } from '../caller.ts';
import { newId } from '../new-id.ts';
import { isRefusal, refuse, type Refusal } from '../refusal.ts';
import { deriveSchedules } from '../schedules/derive-schedules.ts';
import { refuseBadSchedules } from '../schedules/read-schedules.ts';
import { acceptGitUrl, type FileRemotes } from './git-remote.ts';
import { refuseMatchers } from './refuse-matchers.ts';
import { showProject } from './show-project.ts';

export type ProjectRules = {
  files: FileRemotes;
  /** The zone of `nightly`. */
  nightlyTz: string;
};

/** Registers a project; the caller becomes its owner. */
export async function registerProject(
  db: Database,
  caller: Caller,
  body: ProjectBody,
  { files, nightlyTz }: ProjectRules,
): Promise<Project | Refusal> {
  const url = acceptGitUrl(body.git_url, files);
  if (isRefusal(url)) return url;
  const refused = refuseBadSchedules(body.schedule ?? null) ?? (await refuseMatchers(body.subprojects));
  if (refused) return refused;
  const row = await insertProject(db, {
    id: newId(),
    owner: caller.name,
    ...body,
    git_url: url.plain,
    git_credentials: url.credentials,
    schedule: body.schedule ?? null,
    notify: body.notify ?? null,
    retention: body.retention ?? null,
  });
  if (!row) return refuse('name_taken', `The name ${body.name} is taken.`);
  await deriveSchedules(db, row, nightlyTz, await readClock(db)); // Otherwise the sweep does it.
  await insertAudit(db, { actor: caller.name, action: 'project.register', subject: row.name });
  return showProject(row);
}

import type { Project, ProjectBody } from '@crafting-table/contracts/project';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { findProject, updateProject } from '@crafting-table/database/projects';
import { readClock } from '@crafting-table/database/schedules';
import { visibleTo, type Caller } from '../caller.ts';
import { isRefusal, refuse, type Refusal } from '../refusal.ts';
import { deriveSchedules } from '../schedules/derive-schedules.ts';
import { refuseBadSchedules } from '../schedules/read-schedules.ts';
import { acceptGitUrl } from './git-remote.ts';
import { refuseMatchers } from './refuse-matchers.ts';
import type { ProjectRules } from './register-project.ts';
import { showProject } from './show-project.ts';

/**
 * Replaces everything a project says. Jobs that exist keep the recipe they were created with. A URL that comes back
 * without credentials, as it was shown, keeps the stored ones; another URL never inherits them.
 */
export async function replaceProject(
  db: Database,
  caller: Caller,
  name: string,
  body: ProjectBody,
  { files, nightlyTz }: ProjectRules,
): Promise<Project | Refusal> {
  const current = await findProject(db, name, visibleTo(caller));
  if (!current) return refuse('not_found');
  const url = acceptGitUrl(body.git_url, files);
  if (isRefusal(url)) return url;
  const refused = refuseBadSchedules(body.schedule ?? null) ?? (await refuseMatchers(body.subprojects));
  if (refused) return refused;
  const row = await updateProject(db, {
    id: current.id,
    ...body,
    git_url: url.plain,
    git_credentials: url.credentials ?? (url.plain === current.git_url ? current.git_credentials : null),
    schedule: body.schedule ?? null,
    notify: body.notify ?? null,
    retention: body.retention ?? null,
  });
  if (row === 'name_taken') return refuse('name_taken', `The name ${body.name} is taken.`);
  if (!row) return refuse('not_found');
  await deriveSchedules(db, row, nightlyTz, await readClock(db)); // Otherwise the sweep does it.
  await insertAudit(db, { actor: caller.name, action: 'project.replace', subject: row.name });
  return showProject(row);
}

import type { Project, ProjectBody } from '@crafting-table/contracts/project';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { findProject, updateProject } from '@crafting-table/database/projects';
import { visibleTo, type Caller } from '../caller.ts';
import { isRefusal, refuse, type Refusal } from '../refusal.ts';
import { acceptGitUrl, type FileRemotes } from './git-remote.ts';
import { refuseMatchers } from './refuse-matchers.ts';
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
  files: FileRemotes,
): Promise<Project | Refusal> {
  const current = await findProject(db, name, visibleTo(caller));
  if (!current) return refuse('not_found');
  const url = acceptGitUrl(body.git_url, files);
  if (isRefusal(url)) return url;
  const refused = await refuseMatchers(body.subprojects);
  if (refused) return refused;
  const row = await updateProject(db, {
    id: current.id,
    ...body,
    git_url: url.plain,
    git_credentials: url.credentials ?? (url.plain === current.git_url ? current.git_credentials : null),
    schedule: body.schedule ?? null,
    notify: body.notify ?? null,
  });
  if (row === 'name_taken') return refuse('name_taken', `The name ${body.name} is taken.`);
  if (!row) return refuse('not_found');
  await insertAudit(db, { actor: caller.name, action: 'project.replace', subject: row.name });
  return showProject(row);
}

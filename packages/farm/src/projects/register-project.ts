import type { Project, ProjectBody } from '@crafting-table/contracts/project';
import { insertAudit } from '@crafting-table/database/audit';
import type { Database } from '@crafting-table/database/connect';
import { insertProject } from '@crafting-table/database/projects';
import type { Caller } from '../caller.ts';
import { newId } from '../new-id.ts';
import { isRefusal, refuse, type Refusal } from '../refusal.ts';
import { acceptGitUrl, type FileRemotes } from './git-remote.ts';
import { refuseMatchers } from './refuse-matchers.ts';
import { showProject } from './show-project.ts';

/** Registers a project; the caller becomes its owner. */
export async function registerProject(
  db: Database,
  caller: Caller,
  body: ProjectBody,
  files: FileRemotes,
): Promise<Project | Refusal> {
  const url = acceptGitUrl(body.git_url, files);
  if (isRefusal(url)) return url;
  const refused = await refuseMatchers(body.subprojects);
  if (refused) return refused;
  const row = await insertProject(db, {
    id: newId(),
    owner: caller.name,
    ...body,
    git_url: url.plain,
    git_credentials: url.credentials,
    schedule: body.schedule ?? null,
    notify: body.notify ?? null,
  });
  if (!row) return refuse('name_taken', `The name ${body.name} is taken.`);
  await insertAudit(db, { actor: caller.name, action: 'project.register', subject: row.name });
  return showProject(row);
}

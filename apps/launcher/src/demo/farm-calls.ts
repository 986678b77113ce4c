// The four calls of the demo, over HTTP like any other program's.
import { CreatedJobs, JobDetail } from '@crafting-table/contracts/job';
import type { JobBody } from '@crafting-table/contracts/job';
import type { ProjectBody } from '@crafting-table/contracts/project';
import { ROUTES } from '@crafting-table/contracts/routes';

export type FarmCalls = ReturnType<typeof farmCalls>;

type Farm = { baseUrl: string; bearer: string; signal: AbortSignal };

/** Every call throws on an answer that is not 2xx, with the farm's own words. */
export function farmCalls(farm: Farm) {
  return {
    async listProjects() {
      return ROUTES.listProjects.response.parse(await call(farm, 'GET', '/projects')).projects;
    },
    async registerProject(project: ProjectBody) {
      await call(farm, 'POST', '/projects', project);
    },
    async createJobs(project: string, recipe: JobBody['recipe']): Promise<string[]> {
      const created = CreatedJobs.parse(await call(farm, 'POST', `/projects/${project}/jobs`, { recipe }));
      return ('jobs' in created ? created.jobs : [created]).map((job) => job.job_id);
    },
    async getJob(id: string) {
      return JobDetail.parse(await call(farm, 'GET', `/jobs/${id}`));
    },
  };
}

async function call(
  { baseUrl, bearer, signal }: Farm,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(new URL(path, baseUrl), {
    method,
    signal,
    headers: { authorization: `Bearer ${bearer}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok)
    throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return await response.json();
}

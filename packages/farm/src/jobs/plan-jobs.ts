import type { JobBody, RecipeSnapshot } from '@crafting-table/contracts/job';
import type { Subproject } from '@crafting-table/contracts/project';
import { RECIPES, type Recipe } from '@crafting-table/contracts/words';
import type { NewJob } from '@crafting-table/database/jobs/insert-jobs';
import type { ProjectRow } from '@crafting-table/database/projects';
import { newId } from '../new-id.ts';
import { isRefusal, refuse, type Refusal } from '../refusal.ts';

/** The jobs that a wish means for a project as it is now: one for each subproject and recipe that it names. At least one. */
export function planJobs(project: ProjectRow, body: JobBody, defaultTimeoutSecs: number): NewJob[] | Refusal {
  const wishes = chooseRecipes(project, body);
  if (isRefusal(wishes)) return wishes;
  return wishes.map((wish) => newJob(project, body, wish, defaultTimeoutSecs));
}

type Wish = { subproject: Subproject; recipe: Recipe };

function chooseRecipes(project: ProjectRow, body: JobBody): Wish[] | Refusal {
  const subprojects =
    body.subproject === undefined
      ? project.subprojects
      : project.subprojects.filter((each) => each.path === body.subproject);
  if (subprojects.length === 0) {
    const known = project.subprojects.map((each) => each.path).join(', ');
    return refuse(
      'subproject_unknown',
      `The project has no subproject ${body.subproject}; it has: ${known}.`,
    );
  }
  const recipes = body.recipe === 'all' ? RECIPES : [body.recipe];
  const wishes = subprojects.flatMap((subproject) =>
    recipes.filter((recipe) => subproject[recipe] !== undefined).map((recipe) => ({ subproject, recipe })),
  );
  if (wishes.length > 0) return wishes;
  const where =
    body.subproject === undefined ? 'No subproject declares' : `${body.subproject} does not declare`;
  return refuse(
    'recipe_not_declared',
    `${where} ${body.recipe === 'all' ? 'any recipe' : `a ${body.recipe} recipe`}.`,
  );
}

function newJob(
  project: ProjectRow,
  body: JobBody,
  { subproject, recipe }: Wish,
  defaultTimeoutSecs: number,
): NewJob {
  const snapshot: RecipeSnapshot = {
    command: subproject[recipe]!, // chooseRecipes kept the declared ones only.
    language: subproject.language,
    timeout_secs: body.timeout_secs ?? subproject.timeout_secs ?? defaultTimeoutSecs,
    ...(subproject.no_output_secs !== undefined && { no_output_secs: subproject.no_output_secs }),
    retry_on: subproject.retry_on ?? [],
    env: subproject.env ?? {},
    gates: (subproject.gates ?? []).filter(({ recipes }) => recipes?.includes(recipe) ?? true),
    ...(subproject.tools?.[recipe] && { tools: subproject.tools[recipe] }),
    ...(subproject.problem_matchers?.[recipe] && { problem_matchers: subproject.problem_matchers[recipe] }),
    ...(subproject.hooks !== undefined && { hooks: subproject.hooks }),
  };
  return {
    id: newId(),
    project_id: project.id,
    owner: project.owner,
    recipe,
    subproject: subproject.path,
    ref: body.sha ? null : (body.ref ?? project.default_branch),
    sha: body.sha ?? null,
    recipe_snapshot: snapshot,
    priority: body.priority,
  };
}

import { sql, type RawBuilder } from 'kysely';
import type { Recipe } from '@crafting-table/contracts/words';

export type FactsWanted = {
  projectId: string;
  /** The recipes that the project has now. */
  declared: readonly { subproject: string; recipe: Recipe }[];
  /** The default branch and those that schedules name which are not switched off. */
  branches: readonly string[];
  defaultBranch: string;
  date: string;
  from: Date;
  to: Date;
};

/** A row; what it holds belongs to the project of that id. */
export type OfProject<Row> = Row & { projectId: string };

/**
 * Asks one question for each of these projects in one statement: thousands are asked about each morning, and a statement of its own
 * for each costs more than most of the answers. `question` may name the columns of `wanted`.
 */
export function askEach<Row>(
  wanted: readonly FactsWanted[],
  question: RawBuilder<Row>,
): RawBuilder<OfProject<Row>> {
  const rows = wanted.map(({ projectId, declared, branches, defaultBranch, date, from, to }) => ({
    project_id: projectId,
    declared,
    branches,
    default_branch: defaultBranch,
    date,
    from_at: from,
    to_at: to,
  }));
  return sql`
    select wanted.project_id as "projectId", found.*
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as wanted (project_id uuid, declared jsonb, branches text[], default_branch text,
      date date, from_at timestamptz, to_at timestamptz)
    cross join lateral (${question}) as found`;
}

/** Whether the project still has the recipe of a series `s`. */
export const isDeclared = sql<boolean>`(s.subproject, s.recipe) in (
  select subproject, recipe from jsonb_to_recordset(wanted.declared) as declared (subproject text, recipe text))`;

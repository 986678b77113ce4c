import { sql, type RawBuilder } from 'kysely';

export type FactsWanted = {
  projectId: string;
  /** Of the default branch and of those that schedules name. */
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
  const rows = wanted.map(({ projectId, branches, defaultBranch, date, from, to }) => ({
    project_id: projectId,
    branches,
    default_branch: defaultBranch,
    date,
    from_at: from,
    to_at: to,
  }));
  return sql`
    select wanted.project_id as "projectId", found.*
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as wanted (project_id uuid, branches text[], default_branch text,
      date date, from_at timestamptz, to_at timestamptz)
    cross join lateral (${question}) as found`;
}

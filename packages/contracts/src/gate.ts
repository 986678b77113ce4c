import { z } from 'zod';
import { FindingKind } from './finding.ts';
import { Recipe, Severity } from './words.ts';

/** How many findings a job may have. `fail` ends a job that would pass as failed, with the reason `gate`. */
export const Gate = z.strictObject({
  /** All of them; those that are new since the job before; how many more there are than before. */
  metric: z.enum(['total', 'new', 'delta']),
  /** Only of these recipes of the subproject; all when not given. */
  recipes: z.array(Recipe).min(1).max(4).optional(),
  kinds: z.array(FindingKind).min(1).max(20).optional(),
  /** This severe or worse; a finding of unknown severity always counts. */
  min_severity: Severity.exclude(['unknown']).optional(),
  max: z.int().nonnegative().max(1_000_000).default(0),
  outcome: z.enum(['warn', 'fail']).default('fail'),
});
export type Gate = z.infer<typeof Gate>;

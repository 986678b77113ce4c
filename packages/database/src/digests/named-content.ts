import { sql } from 'kysely';
import type { Digest } from '@crafting-table/contracts/digest';

/** What a digest says, of `digests` and `projects p`, under the name its project has now: links with an older one lead nowhere. */
export const NAMED_CONTENT = sql<Digest>`content || jsonb_build_object('project', p.name)`;

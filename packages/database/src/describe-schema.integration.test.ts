import { readFile } from 'node:fs/promises';
import { createTestDatabase } from '@crafting-table/dev-services/test-database';
import { expect, test } from 'vitest';
import { describeSchema } from './describe-schema.ts';

test('migrations/schema.sql is what the migrations make; if not, run node scripts/dump-schema.ts', async () => {
  await using database = await createTestDatabase();
  const committed = await readFile(new URL('../../../migrations/schema.sql', import.meta.url), 'utf8');
  expect(await describeSchema(database.url)).toBe(committed);
});

// `node scripts/dump-schema.ts`: writes migrations/schema.sql anew, after a migration was added.
import { writeFile } from 'node:fs/promises';
import { describeSchema } from '../packages/database/src/describe-schema.ts';
import { migrate } from '../packages/database/src/migrate.ts';
import { ROOT } from './run-program.ts';
import { startTestStores } from './test-stores.ts';

await using stores = await startTestStores();
const url = stores.environment.TEST_DATABASE_URL;
await migrate(url);
await writeFile(`${ROOT}migrations/schema.sql`, await describeSchema(url));

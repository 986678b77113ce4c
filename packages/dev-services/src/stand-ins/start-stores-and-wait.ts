// Starts both stores on the folder of its argument, prints what they are as one JSON line, and lives until it is killed.
import { startPostgres } from '../embedded-postgres.ts';
import { startRedis } from '../redis.ts';

const [folder = '', path = ''] = process.argv.slice(2);
const log = () => {};
const postgres = await startPostgres({ dataDir: `${folder}/postgres`, durable: false, log });
const redis = await startRedis({ dataDir: `${folder}/redis`, path, log });
console.log(JSON.stringify({ postgres, redis }));

// Stands in for the API: answers /healthz and writes the bearer file. GET /end makes it end by itself, as a crash would.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const { CRAFTING_HOST: host, CRAFTING_PORT: port, CRAFTING_DATA_DIR: dataDir } = process.env;
writeFileSync(join(String(dataDir), 'admin-bearer.txt'), 'stand-in\n', { mode: 0o600 });
const server = createServer((request, response) => {
  const shown = {
    pid: process.pid,
    databaseUrl: process.env['DATABASE_URL'],
    redisUrl: process.env['REDIS_URL'],
  };
  response.end(JSON.stringify(shown));
  if (request.url === '/end') process.exit(70);
});
server.listen(Number(port), host);
console.error(JSON.stringify({ level: 40, msg: 'the stand-in warns' }));
process.once('SIGTERM', () => {
  console.error(JSON.stringify({ level: 30, msg: 'api stops' }));
  process.exit(0);
});

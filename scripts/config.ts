// What the scripts read of their environment.
import { fileURLToPath } from 'node:url';

/** Passed on to the programs that the scripts run. */
export const inherited = process.env;

/** Stores that were started elsewhere and may lose their data. */
export const given = { databaseUrl: inherited['TEST_DATABASE_URL'], redisUrl: inherited['TEST_REDIS_URL'] };

/** With the programs that `.ci/test-programs` brought. */
export const path = `${fileURLToPath(new URL('../.tools/bin', import.meta.url))}:${inherited['PATH'] ?? ''}`;
export const isCi = inherited['CI'] === 'true';

// What the scripts read of their environment.
import { fileURLToPath } from 'node:url';

const { CRAFTING_TEST_CONTAINERS: containersWish, ...others } = process.env;

/** Passed on to the programs that the scripts run. */
export const inherited = others;

/** Whether tests find their stores in containers: 1 must, 0 must not, anything else where there is an engine. */
export const wishesContainers = { '1': 'always', '0': 'never' }[containersWish ?? ''] ?? 'where_possible';
export const dockerHost = inherited['DOCKER_HOST'];

/** Stores that were started elsewhere and may lose their data. */
export const given = { databaseUrl: inherited['TEST_DATABASE_URL'], redisUrl: inherited['TEST_REDIS_URL'] };

/** With the programs that `.ci/test-programs` brought. */
export const path = `${fileURLToPath(new URL('../.tools/bin', import.meta.url))}:${inherited['PATH'] ?? ''}`;
export const isCi = inherited['CI'] === 'true';

// What the scripts read of their environment.

/** Passed on to the programs that the scripts run. */
export const inherited = process.env;

/** Stores that were started elsewhere and may lose their data. */
export const given = { databaseUrl: inherited['TEST_DATABASE_URL'], redisUrl: inherited['TEST_REDIS_URL'] };

export const path = inherited['PATH'] ?? '';
export const isCi = inherited['CI'] === 'true';

// Where the tests find the stores that the test runner has started (not settings of the farm, hence other names), and
// where programs are looked for.

/** The superuser's URL of a Postgres whose data may be lost. */
export function testDatabaseUrl(environment = process.env): string {
  return required('TEST_DATABASE_URL', environment['TEST_DATABASE_URL']);
}

/** Undefined where the machine has no Redis: suites about it then do not exist, and the runner says so. */
export function testRedisUrl(environment = process.env): string | undefined {
  return environment['TEST_REDIS_URL'] || undefined;
}

/** The PATH of this process. */
export function searchPath(environment = process.env): string {
  return environment['PATH'] ?? '';
}

/** Nobody looks at what a test leaves out there. */
export function isCi(environment = process.env): boolean {
  return environment['CI'] === 'true';
}

function required(name: string, value: string | undefined): string {
  if (value) return value;
  throw new Error(
    `${name} is not set. Run this through "npm test -- <path of the test>", which starts the stores.`,
  );
}

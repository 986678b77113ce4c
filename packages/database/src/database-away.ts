const AWAY_SQLSTATES = new Set(['40P01', '57P01', '57P02', '57P03', '57P05', '53300', '57014', '25P03']);
const AWAY_SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOENT',
]);
const AWAY_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error|connection ended|cannot use a pool after|not queryable/i;

/** Whether an error says that a statement was prepared before a migration changed what it gives back. */
export function isPlanOutdated(error: unknown): boolean {
  return error instanceof Error && /cached plan must not change result type/i.test(error.message);
}

/** Whether an error says that Postgres was away, stopping, or ended a deadlock, so that the same call may work later. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (AWAY_SQLSTATES.has(code) || code.startsWith('08') || AWAY_SYSTEM_CODES.has(code)) return true;
  if (AWAY_MESSAGES.test(error.message) || isPlanOutdated(error)) return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  return error.cause !== undefined && isDatabaseAway(error.cause);
}

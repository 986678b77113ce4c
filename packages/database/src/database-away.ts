const AWAY_SQLSTATES = new Set(['40P01', '57P01', '57P02', '57P03', '57P05', '53300', '57014', '25P03']);
const AWAY_SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN', // The resolver cannot say now: the name of a container that was stopped.
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
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
  return hasFault(
    error,
    (fault) =>
      AWAY_SQLSTATES.has(codeOf(fault)) ||
      codeOf(fault).startsWith('08') ||
      AWAY_SYSTEM_CODES.has(codeOf(fault)) ||
      AWAY_MESSAGES.test(fault.message) ||
      isPlanOutdated(fault),
  );
}

/**
 * Whether an error says that a statement was given up because it took too long. It counts as away, because the next time may be
 * better; but a question that became too big for its time never is answered, and somebody has to hear of that.
 */
export function hasTakenTooLong(error: unknown): boolean {
  return hasFault(error, (fault) => codeOf(fault) === '57014' || /query read timeout/i.test(fault.message));
}

/** Of an error, what caused it, and what it is made of. */
function hasFault(error: unknown, isIt: (fault: Error) => boolean): boolean {
  if (!(error instanceof Error)) return false;
  if (isIt(error)) return true;
  if (error instanceof AggregateError) return error.errors.some((each) => hasFault(each, isIt));
  return hasFault(error.cause, isIt);
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

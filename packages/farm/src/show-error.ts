// Errors as they stand in log lines. Libraries hang on their errors whatever they were doing: Postgres the row that it refused,
// the client of Redis the password that it sent, Node the address that it could not read.

/** What may be told of an error by name; everything else stays out of the log. */
const TOLD = [
  'code',
  'severity',
  'schema',
  'table',
  'constraint',
  'syscall',
  'address',
  'port',
  'signal',
] as const;
/** Causes of causes, and errors of an error, beyond which nobody reads on. */
const DEPTH_MAX = 5;
const ERRORS_MAX = 10;
/** A message may quote what it was given. */
const TEXT_MAX = 8_000;

export type ShownError = {
  type: string;
  message: string;
  stack?: string;
  cause?: ShownError;
  errors?: ShownError[];
};

/** For pino's `serializers.err`. */
export function showError(error: unknown, depth = 1): ShownError {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutPasswords(String(error)) };
  const fields = error as Error & Record<string, unknown>; // Any property may be there, and is only looked at.
  const told = TOLD.filter((name) => ['string', 'number'].includes(typeof fields[name]));
  const isDeeper = depth < DEPTH_MAX;
  return {
    type: error.name,
    message: withoutPasswords(error.message),
    ...Object.fromEntries(told.map((name) => [name, fields[name]])),
    ...(error.stack !== undefined && { stack: withoutPasswords(error.stack) }),
    ...(isDeeper && error.cause !== undefined && { cause: showError(error.cause, depth + 1) }),
    ...(isDeeper &&
      error instanceof AggregateError && {
        errors: error.errors.slice(0, ERRORS_MAX).map((each) => showError(each, depth + 1)),
      }),
  };
}

/** Addresses keep their host and lose their password. */
function withoutPasswords(text: string): string {
  return text.slice(0, TEXT_MAX).replaceAll(/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']*@/gi, '$1***@');
}

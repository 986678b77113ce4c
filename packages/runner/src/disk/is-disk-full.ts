const CODES = new Set(['ENOSPC', 'EDQUOT']);

/** Whether an error, or what caused it, is that a disk took no more. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && CODES.has(error.code)) return true;
  return isDiskFull(error.cause);
}

/** Page cursors are opaque to clients: what they hold may change. */
export function encodeCursor(kind: string, value: string | number): string {
  return Buffer.from(`${kind}:${value}`).toString('base64url');
}

/** The value inside a cursor of this kind, or null when it is not one. */
export function decodeCursor(kind: string, cursor: string, shape: RegExp): string | null {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  const value = text.startsWith(`${kind}:`) ? text.slice(kind.length + 1) : null;
  return value !== null && shape.test(value) ? value : null;
}

export const UUID_SHAPE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const NUMBER_SHAPE = /^\d{1,15}$/;

/** `ValueError: price is negative`, `worker.ConfigError: …`, `AssertionError`: how Python ends a traceback. */
const EXCEPTION = /^(?<type>[A-Za-z_][\w.]{0,200})(?::(?= |$)|$)/;

/** The class of the exception that a line names, if it looks like one: source lines are indented, these are not. */
export function exceptionType(line: string): string | undefined {
  return EXCEPTION.exec(line)?.groups?.type;
}

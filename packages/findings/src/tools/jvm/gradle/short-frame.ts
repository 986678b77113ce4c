import type { StatedPlace } from '../../../core/finding-collector.ts';
import type { PathResolver } from '../../../core/repository-path.ts';
import { findJvmFile } from '../frames.ts';

const SHORT = /^(?<type>[\w.$]{1,400}) at (?<file>[\w$-]{1,200}\.(?:java|kt|groovy|scala)):(?<line>\d{1,7})$/;

/** `java.lang.AssertionError at CartTest.java:11`: all that Gradle says of a failed test unless it is told to say more. */
export function shortFrame(
  line: string,
  suite: string,
  resolve: PathResolver,
): { message: string; place: StatedPlace } | undefined {
  const groups = SHORT.exec(line.slice(0, 1000))?.groups;
  if (groups?.file === undefined) return undefined;
  const path = findJvmFile(suite.split('.').slice(0, -1), groups.file, resolve) ?? groups.file;
  return { message: groups.type ?? line, place: { path, region: { line: Number(groups.line) } } };
}

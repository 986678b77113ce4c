// Stack frames of the JVM, which name a class and the bare name of its file.
import type { StatedPlace } from '../../core/finding-collector.ts';
import type { PathResolver } from '../../core/repository-path.ts';

const FRAME =
  /^\s{0,20}at (?:[\w.-]{1,100}(?:@[\w.+-]{1,60})?\/{1,2})?(?<method>[\w.$<>-]{1,400})\((?<file>[\w$-]{1,200}\.(?:java|kt|groovy|scala)):(?<line>\d{1,7})\)/;
const SOURCE_FOLDERS = ['src/test', 'src/main', 'src/integrationTest', 'src/it'];
/** Lines of a failure that are searched. */
const TRACE_LINES_MAX = 200;

/** The first frame that is a file of the project, by the folders that Maven and Gradle share. */
export function findJvmFrame(lines: readonly string[], resolve: PathResolver): StatedPlace | undefined {
  for (const line of lines.slice(0, TRACE_LINES_MAX)) {
    const groups = FRAME.exec(line.slice(0, 1000))?.groups;
    if (groups?.method === undefined || groups.file === undefined) continue;
    const place = findJvmFile(groups.method.split('.').slice(0, -2), groups.file, resolve);
    if (place !== undefined) return { path: place, region: { line: Number(groups.line) } };
  }
  return undefined;
}

/** `packageParts` and the name of a file → its path, when the worktree has it in one of the usual folders. */
export function findJvmFile(
  packageParts: readonly string[],
  file: string,
  resolve: PathResolver,
): string | undefined {
  const language = { kt: 'kotlin', java: 'java', groovy: 'groovy', scala: 'scala' }[
    file.split('.').at(-1) ?? ''
  ];
  const folders = SOURCE_FOLDERS.flatMap((folder) => [`${folder}/${language}`, `${folder}/java`]);
  const candidates = folders.map((folder) => [folder, ...packageParts, file].join('/'));
  return candidates.find((candidate) => resolve(candidate).known);
}

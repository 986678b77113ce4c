// Where a test is. Dialects state a file and a line, or a file only, or hide both in the class name or in the stack trace.
import type { StatedPlace } from '../../../core/finding-collector.ts';
import type { ResolvedPath } from '../../../core/repository-path.ts';

export type StatedTestPlace = {
  file: string | undefined;
  line: number | undefined;
  classname: string;
};

type Resolve = (path: string) => ResolvedPath;

/** Lines of an explanation that are searched for a frame inside the project. */
const TRACE_LINES_MAX = 200;

/** `explanation`: the text of the failure, which may hold a stack trace. */
export function findTestPlace(
  stated: StatedTestPlace,
  explanation: string,
  resolve: Resolve,
): StatedPlace | undefined {
  const path =
    stated.file ?? classnameCandidates(stated.classname).find((candidate) => resolve(candidate).known);
  if (path === undefined) return findFrame(explanation, resolve);
  if (stated.line !== undefined) return { path, region: { line: stated.line } };
  const file = resolve(path).path;
  const frame = findFrame(explanation, (raw) => {
    // JVM traces name the file without its folders.
    return { known: file !== undefined && (resolve(raw).path === file || file.endsWith(`/${raw}`)) };
  });
  return { path, region: frame?.region };
}

/** vitest puts the file itself there; pytest `package.test_module.TestClass`; JVM tools `package.Class$Inner`. */
function classnameCandidates(classname: string): string[] {
  if (classname === '' || classname.length > 400) return [];
  const parts = (classname.split('$', 1)[0] ?? '').split('.');
  const module = parts.join('/');
  const outer = parts.slice(0, -1).join('/');
  const jvm = ['java', 'kt'].map(
    (extension) => `src/test/${extension === 'kt' ? 'kotlin' : 'java'}/${module}.${extension}`,
  );
  return [classname, `${module}.py`, ...(outer === '' ? [] : [`${outer}.py`]), ...jvm];
}

/** `path:12: Error`, `path:12:5`, ` at f (path:12:5)`, ` ❯ path:12:5`: each at the start of a line or after its mark. */
const FRAME =
  /^\s{0,20}(?:❯ |at (?:[^(\n]{0,200}\()?)?(?<path>(?:file:\/\/)?[^\s:()"'][^:()"'\n]{0,300}):(?<line>\d{1,7})(?::(?<col>\d{1,7}))?(?:[:)\s]|$)/;

/**
 * JavaScript traces begin with the place that failed, so the first known frame counts; pytest traces end with it, in a
 * footer `path:line: Error`.
 */
function findFrame(explanation: string, resolve: Resolve): StatedPlace | undefined {
  let found: StatedPlace | undefined;
  for (const line of explanation.split('\n', TRACE_LINES_MAX)) {
    const groups = FRAME.exec(line.slice(0, 1000))?.groups;
    if (groups?.path === undefined || !resolve(groups.path).known) continue;
    const isFooter = /^\S+:\d+: \S/.test(line);
    if (found !== undefined && !isFooter) continue;
    found = {
      path: groups.path,
      region: { line: Number(groups.line), col: groups.col === undefined ? undefined : Number(groups.col) },
    };
  }
  return found;
}

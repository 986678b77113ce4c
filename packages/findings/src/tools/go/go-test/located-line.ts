// `    cart_test.go:10: Sum = 2, want 3`: what a test says, with the file's name but not its folder.
import type { StatedPlace } from '../../../core/finding-collector.ts';
import type { PathResolver } from '../../../core/repository-path.ts';

const LOCATED = /^\s{0,80}(?<file>[^\s:/\\]{1,200}\.go):(?<line>\d{1,7}): ?(?<said>.*)$/;
/** testify says it in a table below an empty message. */
const TABLE_ERROR = /^\s{1,80}Error: {1,20}\t?\s{0,20}(?<said>\S.*)$/;

export type TestWords = { message?: string; file?: string; line?: number };

/** The last place a test names is where it gave up; what it logged on the way comes before. */
export function readTestWords(lines: readonly string[]): TestWords {
  let words: TestWords = {};
  for (const line of lines) {
    const head = line.slice(0, 2000);
    const located = LOCATED.exec(head)?.groups;
    if (located?.file !== undefined) {
      words = { file: located.file, line: Number(located.line) };
      if (located.said !== undefined && located.said.trim() !== '') words.message = located.said.trim();
    } else if (words.message === undefined && words.file !== undefined) {
      const said = TABLE_ERROR.exec(head)?.groups?.said;
      if (said !== undefined) words.message = said.trim();
    }
  }
  return words;
}

/** The file in the folder of the package; its import path ends like the folder, but nobody says where the module begins. */
export function placeInPackage(
  { file, line }: TestWords,
  packageName: string,
  resolve: PathResolver,
): StatedPlace | undefined {
  if (file === undefined) return undefined;
  const parts = packageName.split('/').slice(-40);
  for (let start = 0; start <= parts.length; start++) {
    const path = [...parts.slice(start), file].join('/');
    if (resolve(path).known) return { path, region: { line } };
  }
  return undefined;
}

import type { Repository } from '../git-fixture.ts';
import type { Story } from './story.ts';

/** Steps of every story, in this order, each with its commit. */
export type Step = 'clean' | 'introduced' | 'shifted' | 'renamed' | 'fixed';
export type Commits = Record<Step, string>;

/** A branch without the files that the stories are about. Where those are tests there is none left. */
export const WITHOUT_TESTS = 'without-tests';

/** Makes the commits: each is one step of all stories at once. */
export function tellStories(stories: readonly Story[], { commit, git }: Repository): Commits {
  const write = (filesOf: (story: Story) => Record<string, string>) => {
    const files = stories.flatMap((story) =>
      Object.entries(filesOf(story)).map(([path, text]) => [`${story.name}/${path}`, text]),
    );
    return commit(Object.fromEntries(files));
  };
  const clean = write((story) => ({ ...story.files, [story.path]: story.source }));
  const introduced = write((story) => ({ [story.path]: withMistake(story) }));
  const shifted = write((story) => ({ [story.path]: withMoreLines(story, withMistake(story)) }));
  for (const { name, path, renamedTo } of stories) git('mv', `${name}/${path}`, `${name}/${renamedTo}`);
  const renamed = commit({});
  const fixed = write((story) => ({ [story.renamedTo]: withMoreLines(story, story.source) }));
  git('checkout', '--quiet', '-b', WITHOUT_TESTS);
  for (const { name, renamedTo } of stories) git('rm', '--quiet', `${name}/${renamedTo}`);
  commit({});
  return { clean, introduced, shifted, renamed, fixed };
}

function withMistake({ name, source, mistake }: Story): string {
  const [before, after, ...more] = source.split(mistake.right);
  if (after === undefined || more.length > 0)
    throw new Error(`${name}: the right words are to stand there once`);
  return `${before}${mistake.wrong}${after}`;
}

/** How far a finding moves. */
export const MORE_LINES = 2;

function withMoreLines({ comment }: Story, text: string): string {
  const [first, ...rest] = text.split('\n');
  const more = Array.from({ length: MORE_LINES }, (_, index) => `${comment} More to read: ${index + 1}.`);
  return [first, ...more, ...rest].join('\n');
}

import type { ClaimedJob } from '@crafting-table/database/jobs/claim-job';
import { expect, test } from 'vitest';
import { secretsOf } from './secrets-of.ts';

test('the password of the git URL and values under names that say so are secrets', () => {
  const env = {
    NPM_TOKEN: 'n',
    api_key: 'k',
    SIGNING_PRIVATE_KEY: 'p',
    DB_PASSWORD: 'd',
    TOKENIZER: 'no',
    CC: 'clang',
    EMPTY_SECRET: '',
  };
  expect(secretsOf(claimed(env, { username: 'bot', password: 'g' }))).toEqual(['g', 'n', 'k', 'p', 'd']);
});

test('a job without any has none', () => {
  expect(secretsOf(claimed({}, null))).toEqual([]);
});

function claimed(env: Record<string, string>, git_credentials: ClaimedJob['git_credentials']): ClaimedJob {
  return {
    id: 'a',
    attempt: 1,
    project_id: 'p',
    project: 'attic',
    git_url: 'https://forge.example/attic.git',
    git_credentials,
    default_branch: 'main',
    recipe: 'test',
    subproject: '.',
    ref: 'main',
    sha: null,
    recipe_snapshot: { command: 'x', language: 'c', timeout_secs: 1, retry_on: [], env },
    traceparent: null,
    queued_at: new Date(0),
    claimed_at: new Date(0),
  };
}

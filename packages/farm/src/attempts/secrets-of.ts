import type { ClaimedJob } from '@crafting-table/database/jobs/claim-job';

const SECRET_NAME =
  /(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY)$/i;

/**
 * What must not stand in a log: the password of the git URL, and the values a recipe declares under names that say so,
 * like NPM_TOKEN.
 */
export function secretsOf(job: ClaimedJob): string[] {
  const declared = Object.entries(job.recipe_snapshot.env).filter(([name]) => SECRET_NAME.test(name));
  return [job.git_credentials?.password ?? '', ...declared.map(([, value]) => value)].filter(
    (value) => value !== '',
  );
}

import type { Attempt, Job } from '@crafting-table/contracts/job';
import { getJob } from '@crafting-table/e2e/farm-calls';
import { ask } from '@crafting-table/e2e/ask';
import type { FarmUnderTest } from '@crafting-table/e2e/farm-under-test';

export type ObservedAttempt = Attempt & {
  /** As it is stored. */
  text: string;
  /** The messages of its findings. */
  findings: string[];
};

/** A job and all that its attempts left in the farm, as the API shows it. */
export async function observeAttempts(
  farm: FarmUnderTest,
  id: string,
): Promise<{ job: Job; attempts: ObservedAttempt[] }> {
  const { job, attempts } = await getJob(farm.client, id);
  const observed = attempts.map(async (attempt) => {
    const query = { attempt: attempt.number };
    const { text } = await ask(farm.baseUrl, `/jobs/${id}/log?attempt=${attempt.number}`, farm);
    const { findings } = await farm.client.call('listFindings', { params: { id }, query });
    return { ...attempt, text, findings: findings.map(({ message }) => message) };
  });
  return { job, attempts: await Promise.all(observed) };
}

import { expect, test } from 'vitest';
import { findJob } from './jobs/find-job.ts';
import { finishAttempt } from './jobs/finish-attempt.ts';
import { retryJob } from './jobs/retry-job.ts';
import { deleteRemovedProjects, findProject, removeProject, updateProject } from './projects.ts';
import { addJob, addProject, addRunningJob, claim, openFarmDatabase, passed } from './stand-ins/farm-rows.ts';

test('a removed project and its jobs vanish at once, and its name is free', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db, { name: 'attic' });
  const jobId = await addJob(farm.db, project);
  await removeProject(farm.db, project.id);
  expect(await findProject(farm.db, 'attic', null)).toBeNull();
  expect(await findJob(farm.db, jobId, null)).toBeNull();
  expect(await claim(farm.db, jobId)).toBeNull();
  expect(await addProject(farm.db, { name: 'attic' })).toMatchObject({ name: 'attic' });
});

test('the rows of a removed project go once nothing of it runs', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const running = await addRunningJob(farm.db, project);
  await addJob(farm.db, project);
  await removeProject(farm.db, project.id);
  expect(await deleteRemovedProjects(farm.db)).toBe(1);
  expect(await farm.db.selectFrom('jobs').select(['id', 'cancel_reason']).execute()).toEqual([
    { id: running, cancel_reason: 'the project was removed' },
  ]);
  await finishAttempt(farm.db, passed(running, { status: 'cancelled', reason: 'cancelled' }));
  expect(await deleteRemovedProjects(farm.db)).toBe(2);
  expect(await farm.db.selectFrom('projects').select('id').execute()).toEqual([]);
  expect(await farm.db.selectFrom('attempts').select('job_id').execute()).toEqual([]);
});

test('a project is neither renamed to a name in use nor changed after its removal', async () => {
  await using farm = await openFarmDatabase();
  const [one, other] = [await addProject(farm.db), await addProject(farm.db)];
  expect(await updateProject(farm.db, { ...one, name: other.name })).toBe('name_taken');
  expect(await updateProject(farm.db, { ...one, default_branch: 'next' })).toMatchObject({
    default_branch: 'next',
  });
  await removeProject(farm.db, one.id);
  expect(await updateProject(farm.db, one)).toBeNull();
});

test('a project is seen by its owner and by who may see everything', async () => {
  await using farm = await openFarmDatabase();
  const { name } = await addProject(farm.db, { owner: 'alice' });
  expect(await findProject(farm.db, name, 'alice')).not.toBeNull();
  expect(await findProject(farm.db, name, null)).not.toBeNull();
  expect(await findProject(farm.db, name, 'bob')).toBeNull();
});

test('a job that is claimed while its project is removed is cancelled all the same', async () => {
  await using farm = await openFarmDatabase();
  for (let round = 0; round < 10; round++) {
    const project = await addProject(farm.db);
    const jobId = await addJob(farm.db, project);
    await Promise.all([claim(farm.db, jobId), removeProject(farm.db, project.id)]);
  }
  const jobs = await farm.db.selectFrom('jobs').select(['status', 'cancel_reason']).execute();
  expect(jobs.filter((job) => job.cancel_reason !== 'the project was removed')).toEqual([]);
});

test('a job that is submitted while its project is removed is not claimed, and its rows go', async () => {
  await using farm = await openFarmDatabase();
  for (let round = 0; round < 20; round++) {
    const project = await addProject(farm.db);
    const [jobId] = await Promise.all([addJob(farm.db, project), removeProject(farm.db, project.id)]);
    expect(await claim(farm.db, jobId)).toBeNull();
  }
  await deleteRemovedProjects(farm.db);
  expect(await farm.db.selectFrom('jobs').select('status').execute()).toEqual([]);
  expect(await farm.db.selectFrom('projects').select('id').execute()).toEqual([]);
});

test('a finished job of a removed project cannot be retried', async () => {
  await using farm = await openFarmDatabase();
  const project = await addProject(farm.db);
  const jobId = await addRunningJob(farm.db, project);
  await finishAttempt(farm.db, passed(jobId));
  await removeProject(farm.db, project.id);
  expect(await retryJob(farm.db, jobId)).toBe(false);
  expect(await claim(farm.db, jobId)).toBeNull();
});

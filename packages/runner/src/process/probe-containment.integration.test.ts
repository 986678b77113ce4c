import { CONTAINMENTS } from '@crafting-table/contracts/words';
import { expect, test } from 'vitest';
import { probeContainment } from './probe-containment.ts';

test('auto takes the strongest level that works by itself', async () => {
  const tried = await Promise.allSettled(CONTAINMENTS.map((level) => probeContainment(level)));
  const strongest = tried.find((probe) => probe.status === 'fulfilled');
  expect(await probeContainment('auto')).toBe(strongest?.value);
});

test('a level that works is returned when it is asked for', async () => {
  expect(await probeContainment('marker')).toBe('marker');
});

test('a level that does not work is an error that says what it takes', async () => {
  const platform = Object.getOwnPropertyDescriptor(process, 'platform')!;
  Object.defineProperty(process, 'platform', { ...platform, value: 'sunos' });
  try {
    await expect(probeContainment('pid_namespace')).rejects.toThrow(
      /pid_namespace does not work here: this is not Linux\..*unshare.*\n.*CRAFTING_CONTAINMENT=auto/,
    );
  } finally {
    Object.defineProperty(process, 'platform', platform);
  }
});

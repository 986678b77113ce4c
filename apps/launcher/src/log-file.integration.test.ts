import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '@crafting-table/dev-services/stand-ins/temporary-folder';
import { openLogFile } from './log-file.ts';

test('a full file moves aside, and no more than two are ever kept', async () => {
  await using folder = await temporaryFolder();
  const log = openLogFile(join(folder.path, 'logs', 'api.log'), 20);
  for (const line of ['first line', 'second line', 'third line', 'fourth line', 'fifth line'])
    log.write(line);
  log.close();
  expect(readFileSync(`${log.path}.1`, 'utf8')).toBe('third line\nfourth line\n');
  expect(readFileSync(log.path, 'utf8')).toBe('fifth line\n');
});

test('a last word after the end is no fault', async () => {
  await using folder = await temporaryFolder();
  const log = openLogFile(join(folder.path, 'api.log'));
  log.write('up');
  log.close();
  log.write('too late');
  expect(readFileSync(log.path, 'utf8')).toBe('up\n');
});

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findToolchainVariables } from './toolchain-variables.ts';

const home = mkdtempSync(join(tmpdir(), 'crafting-home-'));
afterAll(() => rmSync(home, { recursive: true }));

test('a toolchain is passed on when it is there, from where the environment says or from its default folder', () => {
  mkdirSync(join(home, '.rustup'));
  mkdirSync(join(home, 'elsewhere'));
  const environment = {
    PYENV_ROOT: join(home, 'elsewhere'),
    NVM_DIR: join(home, 'gone'),
    JAVA_HOME: join(home, 'elsewhere'),
    JAVA_HOME_21: join(home, 'gone'),
    SECRET: 'do not tell',
  };
  expect(findToolchainVariables(home, environment)).toEqual({
    RUSTUP_HOME: join(home, '.rustup'),
    PYENV_ROOT: join(home, 'elsewhere'),
    JAVA_HOME: join(home, 'elsewhere'),
  });
});

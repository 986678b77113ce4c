// Hooks are tried on the tools they are for. Where one is not installed its rows do not exist, and that is said aloud.
import { spawnSync } from 'node:child_process';

const TOOLS = [
  { name: 'pytest', command: ['python3', '-m', 'pytest', '--version'], install: 'python3-pytest' },
  { name: 'RSpec', command: ['ruby', '-r', 'rspec/core', '-e', ''], install: 'ruby-rspec' },
  { name: 'Minitest', command: ['ruby', '-r', 'minitest', '-e', ''], install: 'ruby-minitest' },
] as const;

/** A line for each tool that is not here. */
export function tellMissingTools(): string[] {
  return TOOLS.filter(({ command: [program, ...args] }) => spawnSync(program, args).status !== 0).map(
    ({ name, install }) => `!! THE HOOK OF ${name} WAS NOT TRIED: it is not installed. Install ${install}.`,
  );
}

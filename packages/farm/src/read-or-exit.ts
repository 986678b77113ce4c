import { SettingsError } from '@crafting-table/contracts/settings';

const EX_CONFIG = 78; // sysexits.h: starting again will not help.

/** What `read` gives back. Settings that are wrong are told in words, and the process is over. */
export function readOrExit<Config>(read: () => Config): Config {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EX_CONFIG);
  }
}

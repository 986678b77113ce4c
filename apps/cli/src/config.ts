// Where relative paths begin. The only file here that reads the environment.

/** Where the person stands: `npm run craft` itself always runs in the project. */
export function workingFolder(environment = process.env, folder = process.cwd()): string {
  const isOurScript = environment['npm_lifecycle_event'] === 'craft';
  return (isOurScript && environment['INIT_CWD']) || folder;
}

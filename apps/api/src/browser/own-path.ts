import { HOME_PATH } from './paths.ts';

const PATH_LENGTH_MAX = 2000;
/** Never asked; it only has to be no host of anybody's. */
const OWN = 'http://farm.invalid';

/**
 * A path of this farm, query included, as a browser would read it; the home page instead of whatever could lead elsewhere. Browsers
 * take `//host`, `/\host` and some with a tab in between for another host.
 */
export function ownPath(given: unknown): string {
  if (typeof given !== 'string' || !given.startsWith('/') || given.length > PATH_LENGTH_MAX) return HOME_PATH;
  const url = URL.parse(given, OWN);
  if (url?.origin !== OWN) return HOME_PATH;
  const path = url.pathname + url.search;
  return path.startsWith('//') ? HOME_PATH : path; // What `/.//host` comes to.
}

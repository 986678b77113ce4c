// https://github.com/package-url/purl-spec
import type { PackageDetail } from '@crafting-table/contracts/finding';
import { decodePercent } from '../../core/repository-path.ts';
import { ecosystemOf } from './ecosystem.ts';

/** `pkg:npm/%40scope/name@1.2.3?x#y` → its parts. Undefined for anything else. */
export function packageOfPurl(purl: string): PackageDetail | undefined {
  const parts = /^pkg:[a-z0-9.+-]{1,40}\/(?<path>[^@?#]{1,400})(?:@(?<version>[^?#]{1,200}))?/i.exec(
    purl,
  )?.groups;
  if (parts?.path === undefined) return undefined;
  const path = decodePercent(parts.path);
  const isMaven = purl.startsWith('pkg:maven/');
  const affected: PackageDetail = {
    ecosystem: ecosystemOf(purl, undefined),
    name: isMaven ? path.replace('/', ':') : nameIn(purl, path),
    purl,
  };
  if (parts.version !== undefined) affected.installed = decodePercent(parts.version);
  return affected;
}

/** A distribution's name space is not part of the package's name; npm's scope and Go's host are. */
function nameIn(purl: string, path: string): string {
  return /^pkg:(?:deb|apk|rpm|oci|docker)\//.test(purl) ? path.slice(path.lastIndexOf('/') + 1) : path;
}

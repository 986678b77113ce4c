import type { PackageDetail } from '@crafting-table/contracts/finding';
import { field, type JsonRecord, recordAt, recordsAt, stringAt } from '../../../engine/json-fields.ts';
import type { KnownFlaw } from '../known-flaw.ts';
import { readIdentifiers } from './identifiers.ts';

export function isPackageFlaw(vulnerability: JsonRecord, category: string | undefined): boolean {
  const isOfPackages = category === 'dependency_scanning' || category === 'container_scanning';
  return isOfPackages && field(recordAt(vulnerability, 'location'), 'dependency') !== undefined;
}

/** `location: {file | image, dependency: {package: {name}, version, direct}}`. */
export function readPackageFlaw(vulnerability: JsonRecord): KnownFlaw {
  const location = recordAt(vulnerability, 'location');
  const { advisories, cwe, rule } = readIdentifiers(vulnerability);
  const link = recordsAt(vulnerability, 'links')[0];
  return {
    package: readPackage(location),
    ids: advisories.length > 0 ? advisories : rule.id === undefined ? [] : [rule.id],
    title: stringAt(vulnerability, 'name') ?? stringAt(vulnerability, 'message'),
    detail: stringAt(vulnerability, 'description'),
    url: rule.url ?? (link && stringAt(link, 'url')),
    severityWord: stringAt(vulnerability, 'severity'),
    cwe,
    source: stringAt(location, 'file'),
    help: stringAt(vulnerability, 'solution'),
    extra: { image: stringAt(location, 'image'), operating_system: stringAt(location, 'operating_system') },
  };
}

/** The report does not say what kind of package it is; the lock file's name mostly does, but that is a guess. */
function readPackage(location: JsonRecord): PackageDetail {
  const dependency = recordAt(location, 'dependency');
  const installed = stringAt(dependency, 'version');
  const direct = field(dependency, 'direct');
  const affected: PackageDetail = {
    ecosystem: 'unknown',
    name: stringAt(recordAt(dependency, 'package'), 'name') ?? '(no name)',
  };
  if (installed !== undefined) affected.installed = installed;
  if (typeof direct === 'boolean') affected.direct = direct;
  return affected;
}

import type { PackageDetail } from '@crafting-table/contracts/finding';
import { decodePercent } from '../../../core/repository-path.ts';
import { type JsonRecord, recordAt, recordsAt, stringAt } from '../../../engine/json-fields.ts';
import { ecosystemOf } from '../ecosystem.ts';
import { packageOfPurl } from '../package-url.ts';

export type Components = {
  /** The package behind a `bom-ref`; a package URL may stand in place of one. */
  find: (ref: string) => PackageDetail | undefined;
  count: number;
};

/** Components may hold components. */
const NESTING_MAX = 20;

export function openComponents(bom: JsonRecord): Components {
  const byRef = new Map<string, JsonRecord>();
  const keep = (component: JsonRecord, depth: number) => {
    const ref = stringAt(component, 'bom-ref');
    if (ref !== undefined) byRef.set(ref, component);
    if (depth < NESTING_MAX) for (const inner of recordsAt(component, 'components')) keep(inner, depth + 1);
  };
  keep(recordAt(recordAt(bom, 'metadata'), 'component'), 0);
  for (const component of recordsAt(bom, 'components')) keep(component, 0);
  return {
    count: byRef.size,
    find: (ref) => {
      const component = byRef.get(ref) ?? byRef.get(refOfLink(ref) ?? '');
      return component === undefined ? packageOfPurl(refOfLink(ref) ?? ref) : toPackage(component);
    },
  };
}

/** BOM-Link: `urn:cdx:serial/version#ref` points into another document. */
function refOfLink(ref: string): string | undefined {
  if (!ref.startsWith('urn:cdx:') || !ref.includes('#')) return undefined;
  const fragment = ref.slice(ref.indexOf('#') + 1);
  return decodePercent(fragment);
}

function toPackage(component: JsonRecord): PackageDetail {
  const purl = stringAt(component, 'purl');
  const installed = stringAt(component, 'version');
  const group = stringAt(component, 'group');
  const name = stringAt(component, 'name') ?? '(no name)';
  const affected: PackageDetail = {
    ecosystem: ecosystemOf(purl, undefined),
    name: group === undefined ? name : `${group}${purl?.startsWith('pkg:maven/') ? ':' : '/'}${name}`,
  };
  if (installed !== undefined) affected.installed = installed;
  if (purl !== undefined) affected.purl = purl;
  return affected;
}

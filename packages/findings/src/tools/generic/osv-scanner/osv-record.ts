// One record of the OSV schema: https://ossf.github.io/osv-schema/
import { cvssOfVector } from '../cvss-score.ts';
import type { KnownFlaw } from '../known-flaw.ts';
import {
  field,
  type JsonRecord,
  othersOf,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';

/** What a record says of a flaw, without the package. `related` and `upstream` are other flaws, so they are no names of it. */
export type OsvFacts = Pick<
  KnownFlaw,
  'ids' | 'title' | 'detail' | 'url' | 'severityWord' | 'cvss' | 'cwe' | 'extra'
>;

const READ = new Set([
  'id',
  'aliases',
  'summary',
  'details',
  'severity',
  'database_specific',
  // Of the package in question its fixed versions are read; what it says of other packages is of other findings.
  'affected',
]);
const READ_SPECIFIC = new Set(['severity', 'cwe_ids']);

/** A withdrawn record says that there is no flaw. */
export function isWithdrawn(record: JsonRecord): boolean {
  return stringAt(record, 'withdrawn') !== undefined;
}

export function readOsvFacts(record: JsonRecord): OsvFacts {
  const specific = recordAt(record, 'database_specific');
  const id = stringAt(record, 'id');
  return {
    ids: [...(id === undefined ? [] : [id]), ...stringsAt(record, 'aliases')],
    title: stringAt(record, 'summary'),
    detail: stringAt(record, 'details'),
    url: advisoryUrl(record, id),
    severityWord: stringAt(specific, 'severity'),
    cvss: recordsAt(record, 'severity')
      .map((severity) => stringAt(severity, 'score'))
      .filter((vector) => vector !== undefined)
      .map(cvssOfVector),
    cwe: stringsAt(specific, 'cwe_ids'),
    extra: { ...othersOf(record, READ), database_specific: orAbsent(othersOf(specific, READ_SPECIFIC)) },
  };
}

function orAbsent(others: Record<string, unknown>): Record<string, unknown> | undefined {
  return Object.keys(others).length === 0 ? undefined : others;
}

/** Versions that end an affected range of this package; undefined where the record states no range. */
export function fixedVersions(record: JsonRecord, ecosystem: string, name: string): string[] | undefined {
  const affected = recordsAt(record, 'affected').filter((one) => {
    const about = recordAt(one, 'package');
    return stringAt(about, 'name') === name && stringAt(about, 'ecosystem') === ecosystem;
  });
  const events = affected
    .flatMap((one) => recordsAt(one, 'ranges'))
    .flatMap((range) => {
      // The commits of a GIT range are no versions.
      return stringAt(range, 'type') === 'GIT' ? [] : recordsAt(range, 'events');
    });
  if (events.length === 0) return undefined;
  const fixed = events.map((event) => stringAt(event, 'fixed')).filter((version) => version !== undefined);
  return [...new Set(fixed)];
}

function advisoryUrl(record: JsonRecord, id: string | undefined): string | undefined {
  const advisory = recordsAt(record, 'references').find(
    (reference) => field(reference, 'type') === 'ADVISORY',
  );
  const stated = advisory && stringAt(advisory, 'url');
  return stated ?? (id === undefined ? undefined : `https://osv.dev/vulnerability/${encodeURIComponent(id)}`);
}

// The parts of a finding that only some have, bounded: whatever a tool wrote, they can be stored, mailed and shown.
import type {
  Advisory,
  Cvss,
  PackageDetail,
  Suppression,
  TestDetail,
  Vex,
} from '@crafting-table/contracts/finding';
import { boundName, boundText } from './bounded-text.ts';
import {
  EXTRA_BYTES_MAX,
  EXTRA_KEYS_MAX,
  MESSAGE_CHARS_MAX,
  NAME_CHARS_MAX,
  NATIVE_FINGERPRINTS_MAX,
  PACKAGE_LIST_MAX,
  PATH_CHARS_MAX,
  TEST_TRIES_MAX,
} from './limits.ts';
import { nonEmpty, withoutAbsent } from './present.ts';
import { defineField, parseStorable } from './storable-json.ts';

export function boundTest(test: TestDetail): TestDetail {
  return withoutAbsent({
    suite: boundName(test.suite, NAME_CHARS_MAX),
    name: boundName(test.name, NAME_CHARS_MAX) ?? '(no name)',
    outcome: test.outcome,
    duration_ms: test.duration_ms,
    tries: nonEmpty(
      test.tries?.slice(0, TEST_TRIES_MAX).map((one) => ({
        outcome: one.outcome,
        message: boundText(one.message, MESSAGE_CHARS_MAX),
        ...withoutAbsent({ type: boundName(one.type, NAME_CHARS_MAX) }),
      })),
    ),
  });
}

export function boundFingerprints(
  stated: Map<string, string> | undefined,
): Record<string, string> | undefined {
  if (stated === undefined || stated.size === 0) return undefined;
  const bounded: Record<string, string> = {};
  let room = NATIVE_FINGERPRINTS_MAX;
  for (const [name, value] of stated) {
    if (room-- === 0) break;
    defineField(bounded, boundText(name, NAME_CHARS_MAX), boundText(value, NAME_CHARS_MAX));
  }
  return bounded;
}

/** All names are kept that fit; a name that is too long is left out rather than cut, since nobody could look it up. */
export function boundNames(names: readonly string[] | undefined): string[] | undefined {
  return names
    ?.filter((name) => name.length <= NAME_CHARS_MAX)
    .slice(0, PACKAGE_LIST_MAX)
    .map((name) => boundText(name, NAME_CHARS_MAX));
}

export function boundPackage(stated: PackageDetail): PackageDetail {
  return withoutAbsent({
    ecosystem: boundName(stated.ecosystem, NAME_CHARS_MAX) ?? 'unknown',
    name: boundName(stated.name, NAME_CHARS_MAX) ?? '(no name)',
    installed: boundName(stated.installed, NAME_CHARS_MAX),
    fixed: boundNames(stated.fixed),
    range: boundName(stated.range, NAME_CHARS_MAX),
    direct: stated.direct,
    dev_only: stated.dev_only,
    manifest: boundName(stated.manifest, PATH_CHARS_MAX),
    paths: nonEmpty(boundNames(stated.paths)),
    purl: boundName(stated.purl, NAME_CHARS_MAX),
  });
}

export function boundAdvisory(stated: Advisory): Advisory {
  return withoutAbsent({
    ids: [...new Set(boundNames(stated.ids))],
    url: boundName(stated.url, NAME_CHARS_MAX),
    cvss: nonEmpty(stated.cvss?.slice(0, PACKAGE_LIST_MAX).map(boundCvss)),
    reachability: stated.reachability,
    vex: stated.vex && boundVex(stated.vex),
  });
}

function boundCvss(stated: Cvss): Cvss {
  const [vector, source] = [
    boundName(stated.vector, NAME_CHARS_MAX),
    boundName(stated.source, NAME_CHARS_MAX),
  ];
  return withoutAbsent({ ...stated, vector, source });
}

function boundVex({ status, justification }: Vex): Vex {
  return justification === undefined
    ? { status }
    : { status, justification: boundText(justification, MESSAGE_CHARS_MAX) };
}

export function boundSuppression(stated: Suppression): Suppression {
  return stated.reason === undefined
    ? stated
    : { ...stated, reason: boundText(stated.reason, MESSAGE_CHARS_MAX) };
}

/** Keys are kept in their order, but for those that there is no room for; `truncated` says that there were such. */
export function boundExtra(extra: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  if (extra === undefined) return undefined;
  const kept: Record<string, unknown> = {};
  let room = EXTRA_BYTES_MAX;
  let count = 0;
  let isTruncated = false;
  for (const key of Object.keys(extra).slice(0, EXTRA_KEYS_MAX)) {
    const json = JSON.stringify(extra[key]);
    if (json === undefined) continue;
    if (key.length + json.length > room) {
      isTruncated = true;
      continue;
    }
    room -= key.length + json.length;
    count++;
    // Through text and back: nothing of the document it came from stays in memory.
    defineField(kept, boundText(key, NAME_CHARS_MAX), parseStorable(json));
  }
  if (isTruncated) kept.truncated = true;
  return count === 0 && !isTruncated ? undefined : kept;
}

// Names for findings that survive moved lines, other columns and new versions of a tool. Recipe 1; a change of it is a new
// number, because what is stored was named by the old one.
import { createHash } from 'node:crypto';
import type { Finding, FindingKind } from '@crafting-table/contracts/finding';
import type { Fingerprint } from '@crafting-table/contracts/finding-life';
import { messageTemplate } from '../core/message-template.ts';
import { canonicalAdvisory } from './canonical-advisory.ts';

export const FINGERPRINT_VERSION = '1';

/** What kind of thing is named decides what the name is made of. */
export type FindingGroup = 'code' | 'package' | 'test' | 'event';

const PACKAGE_KINDS = new Set<FindingKind>(['cve', 'malware', 'license', 'policy']);
const EVENT_KINDS = new Set<FindingKind>(['crash', 'tool_error', 'infra_error', 'config_error']);
/** Fingerprints of tools that mean one finding and nothing else; others repeat, are empty, or ask for a login. */
const TRUSTED_NATIVE = /^(?:primaryLocationLineHash|matchBasedId\/v\d)/;
/** 128 bits: no two findings of any farm share one by accident. */
const HEX_CHARS = 32;

export function groupOf(finding: Finding): FindingGroup {
  if (finding.test !== undefined) return 'test';
  if (finding.package !== undefined && PACKAGE_KINDS.has(finding.kind)) return 'package';
  return EVENT_KINDS.has(finding.kind) ? 'event' : 'code';
}

/**
 * The parts that name a finding, without the ordinal among its equals. `lineText`: the reported line without white space,
 * where it could be read.
 */
export function namingParts(finding: Finding, lineText: string | undefined): string[] {
  const { kind, tool } = finding;
  const template = messageTemplate(finding.message);
  switch (groupOf(finding)) {
    case 'test':
      return ['test', tool, finding.test?.suite ?? finding.path ?? '', finding.test?.name ?? ''];
    case 'package':
      return ['package', packageKind(kind), ...packageParts(finding)];
    case 'event':
      return ['event', kind, tool, finding.rule_id ?? '', template, finding.path ?? ''];
    case 'code':
      return ['code', kind, tool, finding.rule_id ?? template, placeOf(finding), lineText ?? template];
  }
}

export function hashParts(parts: readonly string[]): string {
  const hash = createHash('sha256');
  // Each part with its length before it: no text can pretend to be two parts.
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest('hex').slice(0, HEX_CHARS);
}

/** Names that the tool itself gave, where they are known to mean something. */
export function trustedNativeFingerprints(finding: Finding): Fingerprint[] {
  return Object.entries(finding.native_fingerprints ?? {})
    .filter(([name, value]) => TRUSTED_NATIVE.test(name) && /^[\w:.-]{8,200}$/.test(value))
    .map(([name, value]) => ({ algorithm: `native:${name}`, value }));
}

/** A flaw of a package stays the same when the package is updated to another version that has it. */
function packageParts({ package: named, advisory, rule_id, message }: Finding): string[] {
  const what = canonicalAdvisory(advisory?.ids ?? []) ?? rule_id ?? messageTemplate(message);
  const name = named?.name.toLowerCase().replaceAll(/[-_.]+/g, '-') ?? '';
  return [named?.ecosystem.toLowerCase() ?? '', name, what, named?.manifest ?? ''];
}

/** A flaw that turns out to be malware is still the same flaw. */
function packageKind(kind: FindingKind): string {
  return kind === 'license' || kind === 'policy' ? kind : 'flaw';
}

function placeOf(finding: Finding): string {
  return finding.path ?? finding.path_raw ?? '';
}

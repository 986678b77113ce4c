// `identifiers: [{type: cve | ghsa | cwe | <scanner>_id, name, value, url}]`
import { type JsonRecord, recordsAt, stringAt } from '../../../engine/json-fields.ts';

export type Identifiers = {
  /** Names of the flaw itself, as advisories know it. */
  advisories: string[];
  cwe: string[];
  /** The scanner's own rule. */
  rule: { id: string | undefined; url: string | undefined };
};

const ADVISORY_TYPES = new Set(['cve', 'ghsa', 'osvdb', 'usn', 'rhsa', 'elsa', 'gemnasium', 'glad']);
/** Classes of flaws, not rules. */
const CLASS_TYPES = new Set(['cwe', 'owasp', 'wasc', 'capec']);

export function readIdentifiers(vulnerability: JsonRecord): Identifiers {
  const stated = recordsAt(vulnerability, 'identifiers').map((identifier) => ({
    type: (stringAt(identifier, 'type') ?? '').toLowerCase(),
    value: stringAt(identifier, 'value') ?? stringAt(identifier, 'name') ?? '',
    url: stringAt(identifier, 'url'),
  }));
  const rule = stated.find(({ type }) => !CLASS_TYPES.has(type));
  return {
    advisories: stated.filter(({ type }) => ADVISORY_TYPES.has(type)).map(({ value }) => value),
    cwe: stated.filter(({ type }) => type === 'cwe').map(({ value }) => `CWE-${value.replace(/^CWE-/i, '')}`),
    rule: { id: rule?.value, url: /^https?:/.test(rule?.url ?? '') ? rule?.url : undefined },
  };
}

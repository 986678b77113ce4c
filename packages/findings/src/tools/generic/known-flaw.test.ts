import { describe, expect, it } from 'vitest';
import type { FindingCollector } from '../../core/finding-collector.ts';
import { type KnownFlaw, toFlawDraft } from './known-flaw.ts';

const V4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
const V3 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N';
const collector: FindingCollector = {
  tool: 'x',
  add: () => {},
  resolve: (path) => ({ path, known: false }),
  list: () => [],
  omitted: () => 0,
};

const severityOf = (flaw: Partial<KnownFlaw>) =>
  toFlawDraft({ package: { ecosystem: 'npm', name: 'a' }, ids: ['CVE-1'], ...flaw }, collector).severity;

describe('the severity of a known flaw', () => {
  it('is that of a vector of CVSS 4 where there is nothing else', () => {
    expect(severityOf({ cvss: [{ version: '4.0', vector: V4 }] })).toBe('critical');
  });

  it('is that of the newest version of CVSS', () => {
    const cvss = [
      { version: '3.1', vector: V3 },
      { version: '4.0', vector: V4 },
    ] as const;
    expect(severityOf({ cvss })).toBe('critical');
    expect(severityOf({ cvss: [{ version: '3.1', vector: V3 }] })).toBe('medium');
  });

  it("is the tool's own word before all", () => {
    expect(severityOf({ severityWord: 'LOW', cvss: [{ version: '4.0', vector: V4 }] })).toBe('low');
  });

  it('is unknown where nobody says anything', () => {
    expect(severityOf({ cvss: [{ version: '4.0', vector: 'CVSS:4.0/AV:N' }] })).toBe('unknown');
  });
});

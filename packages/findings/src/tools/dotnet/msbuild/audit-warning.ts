// NuGet looks up every package while it restores: NU1901 to NU1904, one for each severity.
import type { FindingCollector, FindingDraft } from '../../../core/finding-collector.ts';
import { toNugetFlawDraft } from '../nuget-flaw.ts';
import type { MsbuildDiagnostic } from './diagnostic.ts';

const SEVERITIES: Record<string, string> = {
  NU1901: 'low',
  NU1902: 'moderate',
  NU1903: 'high',
  NU1904: 'critical',
};
const MESSAGE =
  /^Package '(?<name>[^']{1,200})' (?<version>\S{1,100}) has a known \w{1,20} severity vulnerability, (?<url>https?:\/\/\S{1,500})$/;

export function isAudit(code: string): boolean {
  return Object.hasOwn(SEVERITIES, code);
}

export function auditToDraft(diagnostic: MsbuildDiagnostic, collector: FindingCollector): FindingDraft {
  const { code, message, path, project } = diagnostic;
  const groups = MESSAGE.exec(message)?.groups;
  const flaw = {
    name: groups?.name ?? '(unknown package)',
    version: groups?.version,
    url: groups?.url,
    severityWord: SEVERITIES[code] ?? '',
    manifest: path ?? project,
  };
  return groups === undefined
    ? { ...toNugetFlawDraft(flaw, collector), text: message }
    : toNugetFlawDraft(flaw, collector);
}

import type { Finding } from '@crafting-table/contracts/finding';
import type { FindingCause } from '@crafting-table/contracts/finding-life';

/** What a tool ran with, beside the code. Hashes; null: there was nothing of the kind, or it could not be read. */
export type Inputs = {
  lockFiles: string | null;
  /** Configuration files of the tools. */
  configuration: string | null;
  /** The recipe itself. */
  command: string;
  /** By tool, where the tool says its version. */
  versions: Readonly<Record<string, string>>;
};

/** Why a finding appeared. `before`: what the job before ran with. */
export function judgeCause(finding: Finding, now: Inputs, before: Inputs | null): FindingCause {
  if (before === null) return 'unknown';
  const versions = [before.versions[finding.tool], now.versions[finding.tool]];
  if (versions[0] !== undefined && versions[1] !== undefined && versions[0] !== versions[1]) {
    return 'tool_upgrade';
  }
  if (finding.package !== undefined) {
    return now.lockFiles !== null && now.lockFiles === before.lockFiles ? 'advisory' : 'code';
  }
  return now.configuration === before.configuration && now.command === before.command ? 'code' : 'config';
}

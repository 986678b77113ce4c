// What the package manager itself says before anything is compiled.
import type { FindingDraft } from '../../../core/finding-collector.ts';

export type PackageFault = { text: string; isConfiguration: boolean };

const OF_PACKAGE = /^error: (?<text>'[\w. -]{1,100}': .*)$/;
const OF_WORK =
  /^error: (?<text>(?:Could not find Package\.swift|GitShellError\(|Failed to clone repository|Dependencies could not be resolved|Couldn’t ).*)$/;

export function readPackageFault(line: string): PackageFault | undefined {
  const ofPackage = OF_PACKAGE.exec(line)?.groups?.text;
  // The command that compiled the manifest follows; the compiler's own words are on the next lines.
  if (ofPackage !== undefined)
    return { text: ofPackage.replace(/ \(compiled with: [^]*/, ''), isConfiguration: true };
  const text = OF_WORK.exec(line)?.groups?.text;
  return text === undefined ? undefined : { text, isConfiguration: false };
}

export function packageFaultToDraft({ text, isConfiguration }: PackageFault, logLine: number): FindingDraft {
  return {
    kind: isConfiguration ? 'config_error' : 'tool_error',
    severity: 'high',
    level: 'error',
    text,
    place: isConfiguration ? { path: 'Package.swift' } : undefined,
    rule: { id: isConfiguration ? 'package' : 'package-manager' },
    logLine,
  };
}

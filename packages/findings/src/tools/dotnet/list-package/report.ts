import type { FindingCollector } from '../../../core/finding-collector.ts';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import { type JsonRecord, recordsAt, stringAt } from '../../../engine/json-fields.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { TOOL_FAULT } from '../../../engine/tool-fault.ts';
import { toNugetFlawDraft } from '../nuget-flaw.ts';

/** `{projects: [project`. */
const PROJECT_DEPTH = 2;

/** `--format json`. What went wrong stands in a list of its own, beside the projects. */
export function parseListPackageJson(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'list-package', recordDepth: PROJECT_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const projects = recordsAt(root, 'projects');
  for (const project of projects) addProject(project, collector);
  const faults = recordsAt(root, 'problems').filter((problem) => stringAt(problem, 'level') === 'error');
  for (const fault of faults) addFault(fault, collector);
  const [first] = faults;
  const parsed = { projects: projects.length };
  if (first === undefined) report.close({ parsed, completeness: 'complete' });
  else report.close({ parsed, completeness: 'failed', note: stringAt(first, 'text') });
}

function addProject(project: JsonRecord, collector: FindingCollector): void {
  const manifest = stringAt(project, 'path');
  for (const framework of recordsAt(project, 'frameworks')) {
    for (const [list, isDirect] of [
      ['topLevelPackages', true],
      ['transitivePackages', false],
    ] as const) {
      for (const owner of recordsAt(framework, list)) addPackage(owner, { manifest, isDirect }, collector);
    }
  }
}

function addPackage(
  owner: JsonRecord,
  context: { manifest: string | undefined; isDirect: boolean },
  collector: FindingCollector,
): void {
  const name = stringAt(owner, 'id') ?? '';
  const version = stringAt(owner, 'resolvedVersion');
  for (const flaw of recordsAt(owner, 'vulnerabilities')) {
    const severityWord = stringAt(flaw, 'severity') ?? '';
    const url = stringAt(flaw, 'advisoryurl') ?? stringAt(flaw, 'advisoryUrl');
    collector.add(toNugetFlawDraft({ name, version, severityWord, url, ...context }, collector));
  }
}

function addFault(fault: JsonRecord, collector: FindingCollector): void {
  collector.add({
    ...TOOL_FAULT,
    text: stringAt(fault, 'text') ?? 'no message',
    place: { path: stringAt(fault, 'project') },
    rule: { id: 'problem' },
  });
}

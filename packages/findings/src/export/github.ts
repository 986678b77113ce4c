// Workflow commands of GitHub: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
import type { FindingLevel } from '@crafting-table/contracts/finding';
import type { JobFinding } from '@crafting-table/contracts/finding-life';
import { counts, fullText, type FindingWriter } from './finding-writer.ts';

const COMMANDS: Record<FindingLevel, string> = {
  error: 'error',
  warning: 'warning',
  note: 'notice',
  none: 'notice',
};

/** One line for each finding; what is suppressed, fixed or unknown is left out. */
export function createGithubWriter(): FindingWriter {
  return {
    begin: () => '',
    add: (finding) => (counts(finding) ? `${toCommand(finding)}\n` : ''),
    end: () => '',
  };
}

function toCommand(finding: JobFinding): string {
  const { level, path, region, tool, rule_id } = finding;
  const stated = {
    file: path,
    line: region?.line,
    endLine: region?.end_line,
    col: region?.col,
    endColumn: region?.end_col,
    title: rule_id === undefined ? tool : `${tool}: ${rule_id}`,
  };
  const properties = Object.entries(stated)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${COMMANDS[level]} ${properties.join(',')}::${escapeData(fullText(finding))}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

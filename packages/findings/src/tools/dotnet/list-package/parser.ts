import type { LineVerdict, LogCollector, LogLine, LogParser } from '../../../core/tool.ts';
import { reportToolFault } from '../../../engine/tool-fault.ts';
import { toNugetFlawDraft } from '../nuget-flaw.ts';

const VULNERABLE = /^Project [`'](?<name>.{1,300})['`] has the following vulnerable packages$/;
const CLEAN = /^The given project [`'](?<name>.{1,300})['`] has no vulnerable packages/;
const FAULT =
  /^error: (?<text>(?:No assets file was found for |Unable to load the service index for source ).*)$/;
const HEADING = /^ {3}(?<kind>Top-level|Transitive) Package {1,500}/;
const FRAMEWORK = /^ {3}\[[\w.-]{1,60}\]: ?$/;
const ROW =
  /^ {3}> (?<name>\S{1,200}) {1,200}(?<versions>(?:\S{1,100} {1,200}){1,3})(?<severity>Low|Moderate|High|Critical) {1,50}(?<url>https?:\/\/\S{1,500}) {0,200}$/;
/** A package with several flaws is named only once. */
const MORE = /^ {10,500}(?<severity>Low|Moderate|High|Critical) {1,50}(?<url>https?:\/\/\S{1,500}) {0,200}$/;
const REMARK = /^\(A\) : |^The following sources were used:|^ {3}https?:/;

type Package = { name: string; version: string | undefined };

/** Each project has a table for each framework and for direct and other packages. */
export function createListPackageParser(collector: LogCollector): LogParser {
  let run: { project?: string } | undefined;
  let isDirect = true;
  let last: Package | undefined;

  const close = () => {
    if (run !== undefined) collector.closeRun({ completeness: 'complete' });
    run = undefined;
    last = undefined;
  };

  const add = (
    { name, version }: Package,
    { severity = '', url }: Record<string, string | undefined>,
    line: LogLine,
  ) => {
    const manifest = findProject(run?.project ?? '', collector);
    const flaw = { name, version, severityWord: severity, url, isDirect, manifest };
    collector.add({ ...toNugetFlawDraft(flaw, collector), logLine: line.number });
  };

  const readTable = (line: LogLine): LineVerdict => {
    const heading = HEADING.exec(line.head)?.groups?.kind;
    const row = ROW.exec(line.head)?.groups;
    const more = MORE.exec(line.head)?.groups;
    if (heading !== undefined) isDirect = heading === 'Top-level';
    else if (row !== undefined) {
      // Asked for, if the project asks for it by itself, then resolved.
      last = { name: row.name ?? '', version: row.versions?.trim().split(/ +/).at(-1) };
      add(last, row, line);
    } else if (more !== undefined && last !== undefined) add(last, more, line);
    else if (line.head.trim() !== '' && !FRAMEWORK.test(line.head) && !REMARK.test(line.head)) {
      close();
      return 'ignored';
    }
    return 'reading';
  };

  return {
    line: (line) => {
      const project = VULNERABLE.exec(line.head)?.groups?.name;
      if (project !== undefined) {
        run = { project };
        last = undefined;
        return 'reading';
      }
      if (CLEAN.test(line.head)) {
        run ??= {};
        last = undefined;
        return 'reading';
      }
      const fault = FAULT.exec(line.head)?.groups?.text;
      if (fault !== undefined) {
        run = undefined;
        reportToolFault(collector, { text: fault, logLine: line.number });
        return 'taken';
      }
      return run === undefined ? 'ignored' : readTable(line);
    },
    end: close,
  };
}

/** The table names the project, not its file: the habitual places are tried. */
function findProject(name: string, { resolve }: LogCollector): string | undefined {
  const folders = ['', `${name}/`, `src/${name}/`, `tests/${name}/`, `test/${name}/`];
  const candidates = folders.flatMap((folder) =>
    ['cs', 'fs', 'vb'].map((kind) => `${folder}${name}.${kind}proj`),
  );
  return candidates.find((path) => resolve(path).known);
}

// One attempt in the parsing thread: its output goes in, its findings come out, and are compared as often as is asked.
import type { ToolRun } from '@crafting-table/contracts/finding';
import type {
  JudgedFindings,
  JudgingQuestion,
  ReadFindings,
  ReadPlace,
} from '@crafting-table/farm/attempts/findings-reader';
import { judgeRead } from '@crafting-table/farm/attempts/judge-read';
import { maskFindings } from '@crafting-table/farm/attempts/mask-findings';
import { createLogParsers } from '@crafting-table/findings/create-log-parsers';
import { enrichFindings, type EnrichedFinding } from '@crafting-table/findings/enrich/enrich-findings';
import { mergeResults } from '@crafting-table/findings/merge-results';
import { parseReportFile } from '@crafting-table/findings/parse-report-file';
import { unseenTools } from '@crafting-table/findings/unseen-tools';
import type { Inputs } from '@crafting-table/findings/track/cause';
import { isFileIn, openSource } from '@crafting-table/findings/worktree/open-source';
import { findReportFiles } from './find-report-files.ts';
import { readInputs } from './read-inputs.ts';

export type ParsedAttempt = {
  feed(bytes: Uint8Array): void;
  end(exitCode: number | null): ReadFindings;
  /** After the end. */
  judge(question: JudgingQuestion): JudgedFindings;
};

type Parsed = {
  findings: EnrichedFinding[];
  toolRuns: ToolRun[];
  truncated: boolean;
  exitCode: number | null;
  inputs: Inputs;
};

export function openParsedAttempt(place: ReadPlace): ParsedAttempt {
  const context = contextOf(place);
  const parsers = createLogParsers({ ...context, matchers: place.matchers });
  let parsed: Parsed | null = null;
  return {
    feed: parsers.feed,
    end(exitCode) {
      const fromLog = parsers.end({ exitCode });
      const fromFiles = findReportFiles(place).flatMap((file) => parseReportFile(file, context) ?? []);
      const { findings, toolRuns: told, truncated } = mergeResults([fromLog, ...fromFiles]);
      const toolRuns = [...told, ...unseenTools(place.declaredTools, told)];
      const enriched = enrichFindings(findings, openSource(place.tree));
      parsed = maskFindings(
        { findings: enriched, toolRuns, truncated, exitCode, inputs: readInputs(place, toolRuns) },
        place.secrets,
      );
      const omitted = toolRuns.reduce((sum, run) => sum + (run.omitted_findings ?? 0), 0);
      return { ...pick(parsed), count: findings.length + omitted };
    },
    judge(question) {
      if (parsed === null) throw new Error('What was not read to its end cannot be judged.');
      return judgeRead(parsed, question);
    },
  };
}

/** Without the findings, which stay here until they are judged. */
function pick({ toolRuns, exitCode, inputs }: Parsed): Omit<ReadFindings, 'count'> {
  return { toolRuns, exitCode, inputs };
}

function contextOf({ tree, subproject }: ReadPlace) {
  return {
    subproject,
    workspaceRoot: tree,
    knownFile: (path: string) => isFileIn(tree, path),
  };
}

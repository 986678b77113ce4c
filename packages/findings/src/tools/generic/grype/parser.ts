import type { Cvss, PackageDetail } from '@crafting-table/contracts/finding';
import type { ReportFile, ReportReader } from '../../../core/tool.ts';
import {
  field,
  type JsonRecord,
  numberAt,
  recordAt,
  recordsAt,
  stringAt,
  stringsAt,
} from '../../../engine/json-fields.ts';
import { ecosystemOf } from '../ecosystem.ts';
import { openJsonReport } from '../../../engine/json-report.ts';
import { type KnownFlaw, toFlawDraft } from '../known-flaw.ts';

/** `{matches: [match`: two brackets are open around a match. */
const MATCH_DEPTH = 2;
const TITLE_CHARS_MAX = 120;
const CVSS_VERSIONS = new Set<unknown>(['2.0', '3.0', '3.1', '4.0']);

/** `{matches: [{vulnerability, relatedVulnerabilities, artifact}], ignoredMatches, descriptor}`. */
export function parseGrype(file: ReportFile, reader: ReportReader): void {
  const report = openJsonReport(file, reader, { tool: 'grype', recordDepth: MATCH_DEPTH });
  if (report === undefined) return;
  const { collector, root } = report;
  const matches = recordsAt(root, 'matches');
  for (const match of matches) collector.add(toFlawDraft(readMatch(match), collector));
  for (const ignored of recordsAt(root, 'ignoredMatches')) {
    collector.add(toFlawDraft({ ...readMatch(ignored), ...readIgnoreRule(ignored) }, collector));
  }
  const descriptor = recordAt(root, 'descriptor');
  const database = recordAt(descriptor, 'db');
  report.close({
    completeness: 'complete',
    version: stringAt(descriptor, 'version'),
    // Its place moved when the database got a status of its own.
    databaseAt: stringAt(recordAt(database, 'status'), 'built') ?? stringAt(database, 'built'),
    parsed: { matches: matches.length },
  });
}

function readMatch(match: JsonRecord): KnownFlaw {
  const vulnerability = recordAt(match, 'vulnerability');
  const related = recordsAt(match, 'relatedVulnerabilities');
  const artifact = recordAt(match, 'artifact');
  const about = [vulnerability, ...related];
  const description = about.map((one) => stringAt(one, 'description')).find((text) => text !== undefined);
  return {
    package: readPackage(artifact, recordAt(vulnerability, 'fix')),
    ids: about.map((one) => stringAt(one, 'id')).filter((id) => id !== undefined),
    title: titleIn(description),
    detail: description,
    url: stringAt(vulnerability, 'dataSource'),
    severityWord: stringAt(vulnerability, 'severity'),
    cvss: about.flatMap((one) => recordsAt(one, 'cvss')).map(readCvss),
    cwe: recordsAt(vulnerability, 'cwes')
      .map((one) => stringAt(one, 'cwe'))
      .filter((cwe) => cwe !== undefined),
    source: stringAt(recordsAt(artifact, 'locations')[0] ?? {}, 'path')?.replace(/^\//, ''),
    extra: {
      namespace: stringAt(vulnerability, 'namespace'),
      fix_state: stringAt(recordAt(vulnerability, 'fix'), 'state'),
      risk: numberAt(vulnerability, 'risk'),
    },
  };
}

/** A match has no title; the sentences of NVD are too long for one. */
function titleIn(description: string | undefined): string | undefined {
  const first = description?.split('\n', 1)[0];
  return first !== undefined && first.length <= TITLE_CHARS_MAX ? first : undefined;
}

function readPackage(artifact: JsonRecord, fix: JsonRecord): PackageDetail {
  const purl = stringAt(artifact, 'purl');
  const installed = stringAt(artifact, 'version');
  const state = stringAt(fix, 'state');
  const affected: PackageDetail = {
    ecosystem: ecosystemOf(purl, stringAt(artifact, 'type') ?? stringAt(artifact, 'language')),
    name: stringAt(artifact, 'name') ?? '(no name)',
  };
  if (installed !== undefined) affected.installed = installed;
  if (purl !== undefined) affected.purl = purl;
  if (state !== undefined && state !== 'unknown') affected.fixed = stringsAt(fix, 'versions');
  return affected;
}

function readCvss(stated: JsonRecord): Cvss {
  const cvss: Cvss = {};
  const version = field(stated, 'version');
  const vector = stringAt(stated, 'vector');
  const source = stringAt(stated, 'source');
  const score = numberAt(recordAt(stated, 'metrics'), 'baseScore');
  if (CVSS_VERSIONS.has(version)) cvss.version = version as Cvss['version']; // One of the set.
  if (vector !== undefined) cvss.vector = vector;
  if (score !== undefined && score >= 0 && score <= 10) cvss.score = score;
  if (source !== undefined) cvss.source = source;
  return cvss;
}

/** A rule of `.grype.yaml` or of a VEX document took this match out. */
function readIgnoreRule(ignored: JsonRecord): Partial<KnownFlaw> {
  const rule = recordsAt(ignored, 'appliedIgnoreRules')[0] ?? {};
  const status = stringAt(rule, 'vex-status');
  const justification = stringAt(rule, 'vex-justification');
  const reason = stringAt(rule, 'reason') ?? justification;
  if (status === 'not_affected' || status === 'fixed') {
    return { vex: { status, ...(justification === undefined ? {} : { justification }) } };
  }
  return { suppressed: { by: 'config', ...(reason === undefined ? {} : { reason }) } };
}

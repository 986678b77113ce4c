// One line each: what, where, since when, and the job that knows more.
import type { DigestLine, UntoldDay } from '@crafting-table/contracts/digest';
import type {
  BrokenJobFact,
  EarlierMail,
  FindingFact,
  FiringFact,
  RecipeFact,
  StandingFact,
} from '@crafting-table/database/digests/facts';
import type { Reason } from '@crafting-table/contracts/words';

/** A line is to be read, not studied. */
const TEXT_MAX = 200;
const REFUSALS_MAX = 3;

export function findingLine(fact: FindingFact): DigestLine {
  const { severity, since, jobId } = fact;
  return {
    severity,
    what: cut(whatOf(fact)),
    where: whereOf(fact),
    since: since.toISOString(),
    job_id: jobId,
  };
}

export function recipeLine(fact: RecipeFact | StandingFact): DigestLine {
  const { subproject, branch, last, failingSince } = fact;
  return {
    severity: null,
    what: cut(last.status === 'passed' ? recoveryOf(fact) : failureOf(fact)),
    where: cut(`${subproject} on ${branch}`),
    since: (failingSince ?? last.at).toISOString(),
    job_id: last.jobId,
  };
}

function recoveryOf({ recipe, ended, failures }: RecipeFact | StandingFact): string {
  return `${recipe} passes again${failures === 0 ? '' : `, after ${failures} of ${plural(ended, 'job')} failed`}`;
}

function failureOf({ recipe, last, ended, failures }: RecipeFact | StandingFact): string {
  const what =
    last.reason === 'gate'
      ? `${recipe} fails at a gate: ${last.detail ?? 'its findings'}`
      : `${recipe} fails with exit code ${last.exitCode ?? '?'}, ${plural(last.findings, 'finding')}`;
  return failures > 1 ? `${what}; ${failures} of ${plural(ended, 'job')} failed` : what;
}

const BROKEN_WORDS: Partial<Record<Reason, string>> = {
  timeout: 'ran out of time',
  no_output: 'was silent for too long and was ended',
  worker_lost: 'was lost with its worker',
  setup_failed: 'could not be prepared',
  tool_missing: 'found a tool missing',
  disk_full: 'found the disk full',
  oom: 'was killed for its memory',
  log_flood: 'printed too much and was ended',
  refused: 'was refused',
};

export function brokenJobLine({ recipe, subproject, reason, detail, at, jobId }: BrokenJobFact): DigestLine {
  const why = detail === null ? '' : `: ${detail}`;
  return {
    severity: null,
    what: cut(`${recipe} ${BROKEN_WORDS[reason] ?? `ended with ${reason}`}${why}`),
    where: subproject,
    since: at.toISOString(),
    job_id: jobId,
  };
}

export function firingLine(fact: FiringFact): DigestLine {
  return {
    severity: null,
    what: cut(wordsOf(fact)),
    where: cut(fact.ref === null ? placeOf(fact) : `${placeOf(fact)} on ${fact.ref}`),
    since: fact.at.toISOString(),
    job_id: fact.jobId,
  };
}

function placeOf({ subproject }: FiringFact): string {
  return subproject ?? 'all subprojects';
}

function wordsOf({ fate, recipe, local, tz, late, missed, refusal, count }: FiringFact): string {
  const time = `${local.replace('T', ' ')} (${tz})`;
  const what = `the scheduled ${recipe} of ${time}`;
  const before = `${plural(missed, `scheduled ${recipe}`)} missed before that of ${time}${late ? ', which began late' : ''}`;
  switch (fate) {
    case 'overdue':
      if (missed > 0) return before;
      return late ? `${what} began only after the end of this digest` : `${what} has not begun`;
    case 'refused':
      return `${what} could not begin: ${refusal ?? 'no reason is known'}`;
    case 'cancelled':
      return `${what} was cancelled`;
    case 'waiting':
      return `${what} still waits for a worker${count > 1 ? `, and ${count - 1} after it` : ''}`;
    case 'running':
      return `${what} has not come to its end${count > 1 ? `, nor have ${count - 1} after it` : ''}`;
    case 'made':
      return missed > 0 ? before : `${what} began late`;
  }
}

/** Null when the mail arrived everywhere, or still may. */
export function untoldBy({ date, state, error, recipients }: EarlierMail): UntoldDay | null {
  const refused = recipients.filter((each) => each.state === 'refused');
  const refusal = refused
    .slice(0, REFUSALS_MAX)
    .map((each) => `${each.address} was refused: ${each.error ?? 'without a reason'}`)
    .join('; ');
  const others = refused.length > REFUSALS_MAX ? `; and ${refused.length - REFUSALS_MAX} more` : '';
  const told = recipients.some((each) => each.state === 'sent') ? 'some' : 'nobody';
  if (state === 'expired')
    return { date, told, why: cut(`it could not be delivered in time: ${error ?? 'no answer'}`) };
  return refused.length === 0 ? null : { date, told, why: cut(refusal + others) };
}

export function cut(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1).toWellFormed()}…`;
}

export function plural(count: number, thing: string): string {
  if (count === 1) return `1 ${thing}`;
  return `${count} ${thing.endsWith('h') ? `${thing}es` : `${thing}s`}`;
}

function whatOf(fact: FindingFact): string {
  return fact.isBack ? `back again: ${problemOf(fact)}` : problemOf(fact);
}

function problemOf({ advisory, package: of, test, message, rule, tool, kind }: FindingFact): string {
  if (of && advisory)
    return `${advisory.ids[0] ?? rule ?? kind} in ${of.name} ${of.installed ?? ''}`.trim() + `: ${message}`;
  if (test !== null) return `${test}: ${message}`;
  return `${message} (${rule ?? tool})`;
}

function whereOf(fact: FindingFact): string {
  return cut(fact.branch === null ? placeIn(fact) : `${placeIn(fact)} on ${fact.branch}`);
}

function placeIn({ path, line, package: of, subproject }: FindingFact): string {
  if (of) return `${of.manifest ?? of.name}, ${fixedIn(of.fixed)}`;
  if (path === null) return subproject;
  return line === null ? path : `${path}:${line}`;
}

function fixedIn(versions: readonly string[] | undefined): string {
  if (versions === undefined) return 'no fixed version is known';
  return versions.length === 0 ? 'there is no fixed version' : `fixed in ${versions.join(', ')}`;
}

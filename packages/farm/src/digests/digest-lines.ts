// One line each: what, where, since when, and the job that knows more.
import type { Digest, DigestLine } from '@crafting-table/contracts/digest';
import type {
  BrokenJobFact,
  EarlierMail,
  FindingFact,
  FiringFact,
  RecipeFact,
} from '@crafting-table/database/digests/load-facts';
import type { Reason } from '@crafting-table/contracts/words';

/** A line is to be read, not studied. */
const TEXT_MAX = 200;

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

export function recipeLine({ recipe, subproject, branch, last, ended, failures }: RecipeFact): DigestLine {
  const what =
    last.status === 'passed'
      ? `${recipe} passes again`
      : last.reason === 'gate'
        ? `${recipe} fails at a gate: ${last.detail ?? 'its findings'}`
        : `${recipe} fails with exit code ${last.exitCode ?? '?'}, ${plural(last.findings, 'finding')}`;
  const often = failures > 1 ? `, ${failures} times of ${ended}` : '';
  return {
    severity: null,
    what: cut(`${what}${often}`),
    where: cut(`${subproject} on ${branch}`),
    since: last.at.toISOString(),
    job_id: last.jobId,
  };
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

export function firingLine({
  recipe,
  local,
  tz,
  late,
  missed,
  refusal,
  overdue,
  at,
}: FiringFact): DigestLine {
  const time = `${local.replace('T', ' ')} (${tz})`;
  const what = overdue
    ? `the scheduled ${recipe} of ${time} has not begun`
    : refusal !== null
      ? `the scheduled ${recipe} of ${time} could not begin: ${refusal}`
      : missed > 0
        ? `${plural(missed, `scheduled ${recipe}`)} missed before that of ${time}`
        : `the scheduled ${recipe} of ${time} began late`;
  return {
    severity: null,
    what: cut(late && missed > 0 ? `${what}, which began late` : what),
    where: null,
    since: at.toISOString(),
    job_id: null,
  };
}

/** Null when it arrived, or still may. */
export function earlierMail(mail: EarlierMail): Digest['undelivered'][number] | null {
  const { date, state, error, recipients } = mail;
  if (state === 'expired')
    return { date, why: cut(`it could not be delivered in time: ${error ?? 'no answer'}`) };
  const refused = recipients.filter((each) => each.state === 'refused');
  if (refused.length === 0) return state === 'failed' ? { date, why: cut(error ?? 'it was refused') } : null;
  const [first] = refused;
  const others = refused.length > 1 ? ` and ${refused.length - 1} more` : '';
  return { date, why: cut(`${first!.address}${others} was refused: ${first!.error ?? 'without a reason'}`) };
}

export function cut(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1).toWellFormed()}…`;
}

export function plural(count: number, thing: string): string {
  if (count === 1) return `1 ${thing}`;
  return `${count} ${thing.endsWith('h') ? `${thing}es` : `${thing}s`}`;
}

function whatOf({ advisory, package: of, test, message, rule, tool, kind }: FindingFact): string {
  if (of && advisory)
    return `${advisory.ids[0] ?? rule ?? kind} in ${of.name} ${of.installed ?? ''}`.trim() + `: ${message}`;
  if (test !== null) return `${test}: ${message}`;
  return `${message} (${rule ?? tool})`;
}

function whereOf({ path, line, package: of, subproject }: FindingFact): string | null {
  if (of) {
    const fixed = of.fixed?.length ? `fixed in ${of.fixed.join(', ')}` : 'no version without it';
    return cut(`${of.manifest ?? of.name}, ${fixed}`);
  }
  if (path === null) return subproject;
  return cut(line === null ? path : `${path}:${line}`);
}

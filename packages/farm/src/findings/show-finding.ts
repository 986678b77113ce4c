import type { Acceptance, Flaky, LastSeenFinding, Sighting } from '@crafting-table/contracts/finding-lists';
import type { JobFinding, PersonsSuppression } from '@crafting-table/contracts/finding-life';
import type { AcceptanceRow } from '@crafting-table/database/series/acceptances';
import type { TrackedRow } from '@crafting-table/database/series/tracked-columns';

/** Null when any of it is not known. */
export function showSighting(jobId: string | null, sha: string | null, at: Date | null): Sighting | null {
  return jobId === null || sha === null || at === null ? null : { job_id: jobId, sha, at: at.toISOString() };
}

export function showFirstSeen({ first_job_id, first_sha, first_at }: TrackedRow): Sighting {
  return { job_id: first_job_id, sha: first_sha, at: first_at.toISOString() };
}

export function showFlaky({ flaky_since, flaky_passes }: TrackedRow): Flaky | null {
  return flaky_since === null ? null : { since: flaky_since.toISOString(), passes: flaky_passes };
}

/** What was said about it in its last job, except for what people have said since. */
export function showLastSeen(data: JobFinding, standing: AcceptanceRow | undefined): LastSeenFinding {
  const { state: _state, accepted: _accepted, ...finding } = data;
  const others = finding.actionable.reasons.filter((reason) => reason !== 'suppressed');
  const isSuppressed = standing !== undefined || finding.suppressed !== undefined;
  const reasons = isSuppressed ? (['suppressed', ...others] as const) : others;
  return {
    ...finding,
    actionable: { yes: reasons.length === 0, reasons: [...reasons] },
    ...(standing && { accepted: showAccepted(standing) }),
  };
}

function showAccepted({ author, reason, until }: AcceptanceRow): PersonsSuppression {
  return { by: 'person', author, reason, until: until?.toISOString() ?? null };
}

export function showAcceptance(row: AcceptanceRow): Acceptance {
  return {
    fingerprint: row.fingerprint,
    author: row.author,
    reason: row.reason,
    created_at: row.created_at.toISOString(),
    until: row.until?.toISOString() ?? null,
    lifted_at: row.lifted_at?.toISOString() ?? null,
  };
}

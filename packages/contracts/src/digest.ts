// The morning mail of a project: what somebody has to decide, not what was logged.
import { z } from 'zod';
import { NotifyEvent, ProjectName } from './project.ts';
import { Severity } from './words.ts';

/** A day of the calendar, like `2026-03-08`, in the zone of the digest. Postgres knows no year 0. */
export const DigestDate = z.iso.date().refine((date) => date >= '0001', 'must not be before the year 1');

/** In the order in which they stand in the mail. */
export const DIGEST_SECTIONS = ['new', 'fixed', 'open', 'flaky', 'not_checked', 'patches', 'lost'] as const;
export const DigestSectionName = z.enum(DIGEST_SECTIONS);
export type DigestSectionName = z.infer<typeof DigestSectionName>;

export const DigestLine = z.object({
  severity: Severity.nullable(),
  what: z.string(),
  /** `src/main.c:12`, or a package with the version that mends it. */
  where: z.string().nullable(),
  since: z.iso.datetime().nullable(),
  job_id: z.uuid().nullable(),
});
export type DigestLine = z.infer<typeof DigestLine>;

export const DigestSection = z.object({
  name: DigestSectionName,
  /** Of all, also of those that have no line here. */
  total: z.int().nonnegative(),
  lines: z.array(DigestLine),
});
export type DigestSection = z.infer<typeof DigestSection>;

/**
 * A day of which not everybody was told, and why. `missed`: it had no digest; what happened is in this one. `nobody`: its mail
 * did not arrive, and the digest can be read. `some`: it did not arrive at every address.
 */
export const UntoldDay = z.object({
  date: DigestDate,
  told: z.enum(['missed', 'nobody', 'some']),
  why: z.string(),
});
export type UntoldDay = z.infer<typeof UntoldDay>;

/** What a mail says, before it is a text or a page. */
export const Digest = z.object({
  project: z.string(),
  date: DigestDate,
  tz: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  events: z.array(NotifyEvent),
  sections: z.array(DigestSection),
  /** Recipes of subprojects that ran, and those of them whose newest job passed. */
  ran: z.object({ recipes: z.int(), passed: z.int() }),
  /** Findings that were open at the end of each day, the oldest first, today last. */
  trend: z.array(z.object({ date: DigestDate, open: z.int() })),
  /** Earlier days of which not everybody was told, the oldest first. */
  untold: z.array(UntoldDay),
});
export type Digest = z.infer<typeof Digest>;

/** Why there is a mail, or none. `missed`: the farm was away until it was too late for one. */
export const DigestOutcome = z.enum(['mail', 'no_address', 'no_event', 'mail_off', 'missed']);
export type DigestOutcome = z.infer<typeof DigestOutcome>;

export const OUTBOX_STATES = ['pending', 'sending', 'sent', 'failed', 'expired'] as const;
export const OutboxState = z.enum(OUTBOX_STATES);
export type OutboxState = z.infer<typeof OutboxState>;

export const Recipient = z.object({
  address: z.string(),
  /** `refused`: the mail server will not have this one, now or later. */
  state: z.enum(['pending', 'sent', 'refused']),
  error: z.string().nullable(),
});
export type Recipient = z.infer<typeof Recipient>;

export const DigestView = z.object({
  project: z.string(),
  outcome: DigestOutcome,
  events: z.array(NotifyEvent),
  from: z.iso.datetime().nullable(),
  to: z.iso.datetime().nullable(),
  subject: z.string().nullable(),
  /** How many of each there are. */
  counts: z.partialRecord(DigestSectionName, z.int()),
  /** Null where there is none. */
  mail: z
    .object({
      message_id: z.string(),
      state: OutboxState,
      tries: z.int(),
      recipients: z.array(Recipient),
      error: z.string().nullable(),
    })
    .nullable(),
});
export type DigestView = z.infer<typeof DigestView>;

export const DigestDay = z.object({ date: DigestDate, digests: z.array(DigestView) });
export type DigestDay = z.infer<typeof DigestDay>;

/** The body of POST /admin/digest/run-now. */
export const RunDigestBody = z.strictObject({
  /** Today when not given. */
  date: DigestDate.optional(),
  project: ProjectName.optional(),
  /** Answers what would be, and keeps and sends nothing. */
  dry_run: z.boolean().default(false),
});
export type RunDigestBody = z.infer<typeof RunDigestBody>;

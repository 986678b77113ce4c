// What is kept, and what a round of retention removed or would remove.
import { z } from 'zod';
import { ProjectName } from './project.ts';
import type { SettingName, Settings } from './settings.ts';
import type { ProjectRetention } from './project-retention.ts';

/** Every limit, as it holds where a project says nothing. */
export type Retention = Required<ProjectRetention> & {
  /** Bytes of printed output kept in the whole farm. */
  log_bytes_total: number;
  /** Finished jobs kept in the whole farm. */
  job_count_total: number;
  /** Bytes of findings kept in the whole farm, as Postgres stores them. */
  findings_bytes_total: number;
  /** Age of digests, 0 for any. */
  digest_days: number;
  /** Age of entries in the audit log, 0 for any. */
  audit_days: number;
  /** Bytes of mirrors and caches kept on one host. */
  folder_bytes_total: number;
  /** Mirrors and caches kept on one host. */
  folder_count_total: number;
};

export const RETAINED_KINDS = ['jobs', 'logs', 'findings', 'digests', 'audit', 'mirror', 'cache'] as const;
export const RetainedKind = z.enum(RETAINED_KINDS);
export type RetainedKind = z.infer<typeof RetainedKind>;

export const RetentionBody = z.strictObject({
  /** All projects when not given. */
  project: ProjectName.optional(),
  dry_run: z.boolean(),
});
export type RetentionBody = z.infer<typeof RetentionBody>;

/** Of one kind in one project. */
export const RemovedThings = z.object({
  kind: RetainedKind,
  /** Null for what is of the whole farm, as the audit log is. */
  project: z.string().nullable(),
  /** On which worker's host; null for what is in Postgres. */
  worker: z.string().nullable(),
  count: z.int(),
  /** Of output for logs, of what Postgres stores for findings, and of disk for folders; null where bytes are not counted. */
  bytes: z.int().nullable(),
});
export type RemovedThings = z.infer<typeof RemovedThings>;

export const RetentionReport = z.object({
  dry_run: z.boolean(),
  removed: z.array(RemovedThings),
  /** Folders on the hosts of the workers are removed by those, within the hour; here stands what they will find. */
  left_to_workers: z.array(RemovedThings),
});
export type RetentionReport = z.infer<typeof RetentionReport>;

/** The settings that say what is kept where a project says nothing. */
export const RETENTION_SETTINGS = [
  'CRAFTING_JOB_KEEP_DAYS',
  'CRAFTING_JOB_KEEP_COUNT',
  'CRAFTING_JOB_KEEP_TOTAL_COUNT',
  'CRAFTING_LOG_KEEP_DAYS',
  'CRAFTING_LOG_KEEP_ATTEMPTS',
  'CRAFTING_LOG_KEEP_BYTES',
  'CRAFTING_LOG_KEEP_TOTAL_BYTES',
  'CRAFTING_FINDINGS_KEEP_DAYS',
  'CRAFTING_FINDINGS_KEEP_COUNT',
  'CRAFTING_FINDINGS_KEEP_BYTES',
  'CRAFTING_FINDINGS_KEEP_TOTAL_BYTES',
  'CRAFTING_DIGEST_KEEP_DAYS',
  'CRAFTING_AUDIT_KEEP_DAYS',
  'CRAFTING_MIRROR_KEEP_DAYS',
  'CRAFTING_CACHE_KEEP_DAYS',
  'CRAFTING_CACHE_KEEP_BYTES',
  'CRAFTING_HOST_KEEP_BYTES',
  'CRAFTING_HOST_KEEP_COUNT',
] as const satisfies SettingName[];

export function retentionOf(settings: Settings<(typeof RETENTION_SETTINGS)[number]>): Retention {
  return {
    job_days: settings.CRAFTING_JOB_KEEP_DAYS,
    job_count: settings.CRAFTING_JOB_KEEP_COUNT,
    job_count_total: settings.CRAFTING_JOB_KEEP_TOTAL_COUNT,
    log_days: settings.CRAFTING_LOG_KEEP_DAYS,
    log_count: settings.CRAFTING_LOG_KEEP_ATTEMPTS,
    log_bytes: settings.CRAFTING_LOG_KEEP_BYTES,
    log_bytes_total: settings.CRAFTING_LOG_KEEP_TOTAL_BYTES,
    findings_days: settings.CRAFTING_FINDINGS_KEEP_DAYS,
    findings_count: settings.CRAFTING_FINDINGS_KEEP_COUNT,
    findings_bytes: settings.CRAFTING_FINDINGS_KEEP_BYTES,
    findings_bytes_total: settings.CRAFTING_FINDINGS_KEEP_TOTAL_BYTES,
    digest_days: settings.CRAFTING_DIGEST_KEEP_DAYS,
    audit_days: settings.CRAFTING_AUDIT_KEEP_DAYS,
    mirror_days: settings.CRAFTING_MIRROR_KEEP_DAYS,
    cache_days: settings.CRAFTING_CACHE_KEEP_DAYS,
    cache_bytes: settings.CRAFTING_CACHE_KEEP_BYTES,
    folder_bytes_total: settings.CRAFTING_HOST_KEEP_BYTES,
    folder_count_total: settings.CRAFTING_HOST_KEEP_COUNT,
  };
}

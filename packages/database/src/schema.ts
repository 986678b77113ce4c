// The tables as Kysely sees them. migrations/ is where they are made; migrations/schema.sql shows them as a whole.
import type { ColumnType, Generated } from 'kysely';
import type { ToolRun } from '@crafting-table/contracts/finding';
import type { FindingEvent, FindingSummary, JobFinding } from '@crafting-table/contracts/finding-life';
import type { AttemptStatus, RecipeSnapshot } from '@crafting-table/contracts/job';
import type { BrokenRule } from '@crafting-table/contracts/health';
import type { ProjectBody, Subproject } from '@crafting-table/contracts/project';
import type { Containment, JobStatus, Reason, Recipe } from '@crafting-table/contracts/words';

/** jsonb is read as a value and written as text. */
type Json<T> = ColumnType<T, string, string>;

export type GitCredentials = { username: string; password: string };

export type Schema = {
  tokens: {
    id: string;
    name: string;
    hash: Buffer;
    is_admin: boolean;
    ip_cidrs: string[];
    created_at: Generated<Date>;
    expires_at: Date | null;
    last_used_at: Date | null;
    revoked_at: Date | null;
  };
  audit: {
    id: Generated<number>;
    at: Generated<Date>;
    actor: string;
    action: string;
    subject: string;
    detail: Json<Record<string, unknown>>;
  };
  projects: {
    id: string;
    name: string;
    owner: string;
    git_url: string;
    git_credentials: Json<GitCredentials | null> | null;
    default_branch: string;
    languages: string[];
    subprojects: Json<Subproject[]>;
    schedule: Json<NonNullable<ProjectBody['schedule']>> | null;
    notify: Json<NonNullable<ProjectBody['notify']>> | null;
    created_at: Generated<Date>;
    updated_at: Generated<Date>;
    removed_at: Date | null;
  };
  jobs: {
    id: string;
    project_id: string;
    owner: string;
    recipe: Recipe;
    subproject: string;
    ref: string | null;
    sha: string | null;
    recipe_snapshot: Json<RecipeSnapshot>;
    priority: number;
    turn: number;
    status: Generated<JobStatus>;
    reason: Reason | null;
    exit_code: number | null;
    detail: string | null;
    attempt: Generated<number>;
    worker_id: string | null;
    findings_count: Generated<number>;
    findings_summary: Json<FindingSummary> | null;
    queued_at: Generated<Date>;
    dispatched_at: Date | null;
    claimed_at: Date | null;
    preparing_at: Date | null;
    started_at: Date | null;
    finished_at: Date | null;
    lease_until: Date | null;
    deadline_at: Date | null;
    cancel_requested_at: Date | null;
    cancel_reason: string | null;
  };
  attempts: {
    job_id: string;
    number: number;
    status: Generated<AttemptStatus>;
    reason: Reason | null;
    exit_code: number | null;
    detail: string | null;
    worker_id: string;
    worker: string;
    containment: Containment;
    claimed_at: Generated<Date>;
    started_at: Date | null;
    finished_at: Date | null;
    log_bytes: number | null;
    log_lines: number | null;
    log_stored_bytes: number | null;
    log_stored_sha256: string | null;
    log_omitted_bytes: number | null;
    log_omitted_lines: number | null;
    log_removed_at: Date | null;
    superseded_reason: Reason | null;
    superseded_exit_code: number | null;
    superseded_at: Date | null;
  };
  log_chunks: {
    job_id: string;
    attempt: number;
    seq: number;
    byte_offset: number;
    byte_length: number;
    line_offset: number;
    line_count: number;
    data: Buffer;
  };
  findings: {
    job_id: string;
    attempt: number;
    ordinal: number;
    data: Json<JobFinding>;
    tracked_id: number | null;
    seen: Generated<boolean>;
  };
  tool_runs: { job_id: string; attempt: number; ordinal: number; data: Json<ToolRun> };
  series: {
    id: Generated<number>;
    project_id: string;
    subproject: string;
    recipe: Recipe;
    branch: string;
    version: Generated<number>;
    head_sha: string | null;
    head_queued_at: Date | null;
  };
  series_runs: {
    series_id: number;
    job_id: string;
    attempt: number;
    sha: string;
    at: Generated<Date>;
    complete_tools: string[];
    inputs: Json<unknown>;
    summary: Json<FindingSummary>;
  };
  tracked_findings: {
    id: Generated<number>;
    series_id: number;
    fingerprint: string;
    is_open: boolean;
    finding_group: 'code' | 'package' | 'test' | 'event';
    kind: string;
    tool: string;
    rule: string | null;
    path: string | null;
    line: number | null;
    line_hash: string | null;
    scope: string | null;
    template: string;
    severity: string;
    native: string[];
    first_sha: string;
    first_job_id: string;
    first_at: Generated<Date>;
    since_first_run: boolean;
    closed_sha: string | null;
    closed_job_id: string | null;
    closed_at: Date | null;
    reopened_sha: string | null;
    reopen_count: Generated<number>;
    flaky_since: Date | null;
    flaky_passes: Generated<number>;
    data: Json<JobFinding>;
  };
  finding_events: {
    id: Generated<number>;
    tracked_id: number;
    at: Generated<Date>;
    job_id: string;
    sha: string;
    event: FindingEvent;
  };
  acceptances: {
    id: Generated<number>;
    project_id: string;
    fingerprint: string;
    reason: string;
    author: string;
    created_at: Generated<Date>;
    until: Date | null;
    lifted_at: Date | null;
  };
  idempotency_keys: {
    owner: string;
    key: string;
    request_hash: Buffer;
    response: Json<unknown>;
    created_at: Generated<Date>;
  };
  workers: {
    id: string;
    name: string;
    version: string;
    slots: number;
    busy: Generated<number>;
    containment: Containment;
    draining: Generated<boolean>;
    blocked: string | null;
    started_at: Generated<Date>;
    seen_at: Generated<Date>;
  };
  sweep: {
    single: Generated<boolean>;
    swept_at: Date | null;
    amnesty_until: Date | null;
    queue_incarnation: string | null;
    invariant_violations: Generated<number>;
    broken_rules: Json<BrokenRule[]>;
    checked_at: Date | null;
  };
};

insert into job_ends (recipe, status, reason, waited_secs, ran_secs) values ('test', 'passed', 'exit', 1.5, 20), ('test', 'cancelled', 'cancelled', null, null);

insert into job_totals (recipe, status, reason, waited_bucket, ran_bucket, jobs, waited_secs, ran_secs) values ('test', 'failed', 'exit', 2, 4, 7, 10, 300);

update jobs set traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

update workers set drain_requested_at = now(), rss_bytes = 120000000;

update projects set retention = '{"job_days": 30}';

insert into folders (worker_id, kind, project_id, bytes, used_at)
select id, 'mirror', '0197a000-0000-7000-8000-000000000011', 4096, now() from workers;

insert into browser_sessions (hash, token_id, expires_at) values ('\x05', '0197a000-0000-7000-8000-000000000001', now());

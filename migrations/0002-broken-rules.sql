-- What the checker of invariants found last: which rule, and which jobs break it.
alter table sweep add column broken_rules jsonb not null default '[]';

-- The newest finished jobs, which the checker looks at. Those that have no end, which is a fault, come first.
create index jobs_finished on jobs (finished_at desc nulls first) where status in ('passed', 'failed', 'cancelled');

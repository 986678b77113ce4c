-- A job may have fifty thousand findings, and a foreign key asks for the parent of each of them, one by one, which took a third
-- of the time of storing them. Their parents are written or locked in the same transaction, so nothing can be without one; what
-- the keys did beyond that, taking the children along, is done here a statement at a time.
alter table findings drop constraint findings_job_id_attempt_fkey;
alter table finding_events drop constraint finding_events_tracked_id_fkey;
alter table tracked_findings drop constraint tracked_findings_series_id_fkey;

create function remove_findings_of_attempts() returns trigger language plpgsql as $$
begin
  delete from findings f using gone where f.job_id = gone.job_id and f.attempt = gone.number;
  return null;
end $$;
create trigger remove_findings after delete on attempts referencing old table as gone
  for each statement execute function remove_findings_of_attempts();

create function remove_tracked_of_series() returns trigger language plpgsql as $$
begin
  delete from tracked_findings t using gone where t.series_id = gone.id;
  return null;
end $$;
create trigger remove_tracked after delete on series referencing old table as gone
  for each statement execute function remove_tracked_of_series();

create function remove_events_of_tracked() returns trigger language plpgsql as $$
begin
  delete from finding_events e using gone where e.tracked_id = gone.id;
  return null;
end $$;
create trigger remove_events after delete on tracked_findings referencing old table as gone
  for each statement execute function remove_events_of_tracked();

-- A schedule that is edited is another one, and its row goes; what its firings came to is still to be told. Null: the schedule of a
-- firing had gone before this was written down.
alter table firings add column recipe text check (recipe in ('build', 'test', 'lint', 'audit')),
  add column subproject text, add column ref text, add column tz text;
update firings f set recipe = s.recipe, subproject = s.subproject, ref = s.ref, tz = s.tz
from schedules s where s.project_id = f.project_id and s.key = f.schedule_key;

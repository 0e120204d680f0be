-- Of usage that names an authorisation: what became of what was reserved for its call. Rows of before have none until they are rebuilt.
alter table tollgate.entries
  add column authorization_id text collate "C",
  add column settlement text,
  add column overrun numeric;
comment on column tollgate.entries.settlement is 'settled, reduced, ended (nothing was reserved any more) or unknown (the account was never granted that)';
comment on column tollgate.entries.overrun is 'how far usage was above what was reserved for its call';

create or replace view tollgate.calls as
select
  account_id, entries.revision, position, id, direction, amount, currency, day, happened_at, recorded_at,
  call_id, caller, callee, prefix, duration_seconds, authorization_id, settlement, overrun
from tollgate.entries join tollgate.accounts using (account_id)
where kind = 'usage' and not exists (
  select from tollgate.entries as reversal
  where reversal.kind = 'reversal' and reversal.account_id = entries.account_id
    and reversal.reversed_kind = 'usage' and reversal.reversed_id = entries.id
);

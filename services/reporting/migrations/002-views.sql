-- What an account was paid and billed, line by line, and where its balances stood after each. Mutual by the formula of today.
create view tollgate.statement as
select
  account_id, revision, day, happened_at, recorded_at, kind, id, direction, amount, effect, currency,
  reversed_kind, reversed_id, callee, reference, reason, inbound_balance, outbound_balance,
  trim_scale((outbound_balance - inbound_balance) * case mutual_formula when 'outbound-minus-inbound' then 1 else -1 end)
    as mutual_balance
from (
  select
    entries.*, currency, mutual_formula,
    trim_scale(coalesce(sum(effect) filter (where direction = 'inbound') over running, 0)) as inbound_balance,
    trim_scale(coalesce(sum(effect) filter (where direction = 'outbound') over running, 0)) as outbound_balance
  from tollgate.entries join tollgate.accounts using (account_id)
  window running as (partition by account_id order by entries.revision rows unbounded preceding)
) as line;

-- Usage that stands: none that was reversed.
create view tollgate.calls as
select
  account_id, entries.revision, position, id, direction, amount, currency, day, happened_at, recorded_at,
  call_id, caller, callee, prefix, duration_seconds
from tollgate.entries join tollgate.accounts using (account_id)
where kind = 'usage' and not exists (
  select from tollgate.entries as reversal
  where reversal.kind = 'reversal' and reversal.account_id = entries.account_id
    and reversal.reversed_kind = 'usage' and reversal.reversed_id = entries.id
);

-- Day by day, what went to each prefix and how it ranks by its amount. Outbound: what we terminated; inbound: what was sent to us.
create view tollgate.top_destinations as
select
  day, direction, currency, prefix, count(*) as calls,
  trim_scale(sum(duration_seconds)) as seconds, trim_scale(sum(amount)) as amount,
  rank() over (partition by day, direction, currency order by sum(amount) desc) as rank
from tollgate.calls
group by day, direction, currency, prefix;

-- From each block to the unblock after it; opened_at is null while it lasts.
create view tollgate.blocked_periods as
select account_id, direction, blocked_at, opened_at, coalesce(opened_at, now()) - blocked_at as lasted, exhausted, cause_type, cause_revision
from (
  select
    account_id, direction, state, decided_at as blocked_at, exhausted, cause_type, cause_revision,
    lead(decided_at) over (partition by account_id, direction order by sequence) as opened_at
  from tollgate.traffic_decisions
) as decision
where state = 'blocked';

-- What the originators of a call are billed less what its terminators bill us, in one currency. Without both there is no margin.
create view tollgate.margin as
select
  call_id, currency, day, originators, terminators, trim_scale(inbound) as inbound, trim_scale(outbound) as outbound,
  trim_scale(inbound - outbound) as margin,
  case when inbound is null or outbound is null then 'unmatched' else 'matched' end as status
from (
  select
    call_id, currency, min(day) as day,
    string_agg(distinct account_id, ', ') filter (where direction = 'inbound') as originators,
    string_agg(distinct account_id, ', ') filter (where direction = 'outbound') as terminators,
    sum(amount) filter (where direction = 'inbound') as inbound,
    sum(amount) filter (where direction = 'outbound') as outbound
  from tollgate.calls
  -- Calls without an id have nothing in common.
  group by call_id, currency, case when call_id is null then position end
) as call;

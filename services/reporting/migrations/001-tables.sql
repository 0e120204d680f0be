create type tollgate.direction as enum ('inbound', 'outbound');
create type tollgate.kind as enum ('payment', 'usage', 'adjustment', 'reversal');
create type tollgate.traffic as enum ('open', 'blocked');

-- How far the log is applied, and of which log: the ids of its first event and of the last one applied. Empty at first.
create table tollgate.checkpoint (
  is_only boolean primary key default true check (is_only),
  ledger text,
  position bigint,
  event_id text,
  recorded_at timestamptz
);
insert into tollgate.checkpoint default values;

create table tollgate.accounts (
  account_id text collate "C" primary key,
  name text,
  currency text not null,
  opened_at timestamptz not null,
  cutoff_balances text[] not null,
  inbound_limit numeric not null,
  outbound_limit numeric not null,
  mutual_limit numeric not null,
  mutual_formula text not null,
  inbound_payments numeric not null default 0,
  inbound_usage numeric not null default 0,
  inbound_adjustments numeric not null default 0,
  outbound_payments numeric not null default 0,
  outbound_usage numeric not null default 0,
  outbound_adjustments numeric not null default 0,
  revision integer not null,
  inbound_balance numeric not null generated always as (
    trim_scale(inbound_payments - inbound_usage + inbound_adjustments)
  ) stored,
  outbound_balance numeric not null generated always as (
    trim_scale(outbound_payments - outbound_usage + outbound_adjustments)
  ) stored,
  mutual_balance numeric not null generated always as (
    trim_scale(
      (outbound_payments - outbound_usage + outbound_adjustments - inbound_payments + inbound_usage - inbound_adjustments)
      * case mutual_formula when 'outbound-minus-inbound' then 1 else -1 end
    )
  ) stored
);

-- What moved a balance, as it was recorded. The amount of a reversal is that of what it takes back.
create table tollgate.entries (
  account_id text collate "C" not null,
  revision integer not null,
  position bigint not null,
  kind tollgate.kind not null,
  id text collate "C" not null,
  direction tollgate.direction not null,
  amount numeric not null,
  reversed_kind tollgate.kind,
  reversed_id text collate "C",
  day date not null,
  happened_at timestamptz,
  received_at timestamptz not null,
  recorded_at timestamptz not null,
  call_id text collate "C",
  caller text,
  callee text,
  prefix text,
  duration_seconds numeric,
  reference text,
  reason text,
  actor text,
  effect numeric not null generated always as (
    amount
    * case coalesce(reversed_kind, kind) when 'usage' then -1 else 1 end
    * case kind when 'reversal' then -1 else 1 end
  ) stored,
  primary key (account_id, revision)
);
create index entries_call on tollgate.entries (call_id) where call_id is not null;
create index entries_reversal on tollgate.entries (account_id, reversed_kind, reversed_id) where kind = 'reversal';
create index entries_day on tollgate.entries using brin (day);
comment on column tollgate.entries.day is 'UTC day on which it happened, as far as its record says; else on which it was recorded';
comment on column tollgate.entries.effect is 'what it adds to the balance of its direction';

create table tollgate.traffic_decisions (
  account_id text collate "C" not null,
  sequence integer not null,
  position bigint not null,
  direction tollgate.direction not null,
  state tollgate.traffic not null,
  exhausted text[] not null,
  inbound_balance numeric not null,
  outbound_balance numeric not null,
  mutual_balance numeric not null,
  cause_type text not null,
  cause_revision integer not null,
  decided_at timestamptz not null,
  primary key (account_id, sequence)
);
comment on column tollgate.traffic_decisions.cause_revision is 'revision of the entry, or of the change of rule, that caused it';

create table tollgate.rejected_messages (
  position bigint primary key,
  topic text not null,
  partition integer not null,
  message_offset bigint not null,
  code text not null,
  detail text not null,
  payload text,
  payload_base64 text,
  received_at timestamptz not null,
  recorded_at timestamptz not null
);

create table tollgate.lost_messages (
  position bigint primary key,
  topic text not null,
  partition integer not null,
  from_offset bigint not null,
  to_offset bigint not null,
  why text not null,
  noticed_at timestamptz not null,
  recorded_at timestamptz not null
);

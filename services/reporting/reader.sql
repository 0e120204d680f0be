-- A role that may read the reports and nothing else. Run once, by whom Tollgate connects as, if that user may create roles:
--   psql "$DATABASE_URL" -f services/reporting/reader.sql
-- If not, an administrator runs the first statement before. Then let people in: grant tollgate_reader to ann;
select 'create role tollgate_reader nologin' where not exists (select from pg_roles where rolname = 'tollgate_reader') \gexec
grant usage on schema tollgate to tollgate_reader;
grant select on all tables in schema tollgate to tollgate_reader;
alter default privileges in schema tollgate grant select on tables to tollgate_reader;

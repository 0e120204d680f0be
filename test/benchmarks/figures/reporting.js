// @ts-check
'use strict';

const path = require('node:path');
const { startPostgres } = require('../../../infra/postgres/server.js');
const { percent, shareOf, summarise, whole } = require('../figures-of.js');
const { runTollgate } = require('../tollgate-process.js');
const { load } = require('./replay.js');

const database = 'reports';

/** The whole log into PostgreSQL, by `tollgate reporting rebuild`. @type {import('../bench').Figure} */
const reporting = async ({ build, folder, isQuick, say }) => {
  const data = folder('reporting');
  await load({ build, data, lines: isQuick ? 40_000 : 500_000, say });
  const postgres = await startPostgres();
  try {
    await postgres.createDatabase(database);
    const runs = [];
    const copies = [];
    for (let round = 1; round <= (isQuick ? 1 : 5); round += 1) {
      say(`reporting: round ${round}`);
      runs.push(await rebuild({ build, data, url: postgres.url(database) }));
      copies.push(await copyAgain(postgres, path.join(data, 'entries')));
    }
    return [section(runs, copies)];
  } finally {
    await postgres.stop();
  }
};

/** The rate that it prints: from its connection to the last commit. @param {{ build: string, data: string, url: string }} options */
const rebuild = async ({ build, data, url }) => {
  const env = { ...process.env, DATABASE_URL: url };
  const { code, output } = await runTollgate(build, ['reporting', 'rebuild', '--data', data], env);
  const [count = NaN, rate = NaN] = (/ ([\d,]+) of [\d,]+ events, ([\d,]+)\/s\n(?!.*\/s)/s.exec(output) ?? [])
    .slice(1)
    .map((digits) => Number(digits.replaceAll(',', '')));
  if (code !== 0 || !(rate > 0)) throw new Error(`tollgate reporting rebuild ended with ${code}:\n${output}`);
  return { count, seconds: count / rate };
};

/** The same rows by psql into a table of the same form. @param {import('../../../infra/postgres/server').Postgres} postgres @param {string} file */
const copyAgain = async (postgres, file) => {
  const ask = async (/** @type {string} */ command) => (await postgres.psql(database, ['-Atc', command])).trim();
  const columns = await ask(
    "select string_agg(column_name, ',') from information_schema.columns where table_name = 'entries' and is_generated = 'NEVER'",
  );
  const count = Number(await ask('select count(*) from tollgate.entries'));
  await ask(`\\copy tollgate.entries (${columns}) to '${file}'`);
  await ask('drop table if exists twin; create table twin (like tollgate.entries including all)');
  const startedAt = performance.now();
  await ask(`\\copy twin (${columns}) from '${file}'`);
  return { count, seconds: (performance.now() - startedAt) / 1_000 };
};

/** @param {import('../figures-of').Run[]} runs @param {import('../figures-of').Run[]} copies @returns {import('../report').Section} */
const section = (runs, copies) => {
  const tollgate = summarise(runs);
  const floor = summarise(copies);
  const share = shareOf(runs, copies);
  return {
    title: 'The log into PostgreSQL',
    measures: `\`tollgate reporting rebuild\` of ${whole(copies[0]?.count ?? 0)} usages, from reading the log to the last commit, balances included, into a PostgreSQL server on the same machine. Floor: psql's \\copy of the same rows from a file into a table with the same columns and indexes.`,
    columns: ['', 'rows/s', 'of the floor'],
    rows: [
      ['Tollgate', whole(tollgate.perSecond), percent(share)],
      ['psql \\copy', whole(floor.perSecond), ''],
    ],
    findings: [
      {
        figure: 'the log into PostgreSQL (rebuild)',
        tollgate: `${whole(tollgate.perSecond)} rows/s`,
        floor: `psql \\copy ${whole(floor.perSecond)} rows/s (${percent(share)})`,
        marks: [{ text: '≥ 50,000/s', isMet: tollgate.perSecond >= 50_000 }],
      },
    ],
    raw: { runs, copies },
  };
};

module.exports = { reporting };

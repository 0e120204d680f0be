// @ts-check
'use strict';

/** The dependency rules of DESIGN section 6. Each has a canary in architecture.test.ts that must trip it. */

/** The EventStoreDB that tests start is one of them: nothing that ships imports it, and it may import what is for tests. */
const loadingNothing = '/src/(errors|log-levels|connection-string|store-names|witness-address)\\.ts$';
const tests = '(\\.(test|fixture)\\.[jt]s$|^test/|^packages/(event-store/src/contract|eventstore-test-server)/)';
const production = '^(packages|services)/[^/]+/src/';

/** A library: where it resolves to, or its bare name where it is not installed. @param {string} name */
const library = (name) => `(^|(^|/)node_modules/)${name}(/|$)`;

/** @param {string} name @param {string[]} homes the only places that may know it */
const kept = (name, ...homes) => ({
  name: `${name} at home`,
  comment: homes.length === 0 ? `${name} is for tests.` : `Only ${homes.join(' and ')} may know ${name}.`,
  severity: /** @type {const} */ ('error'),
  from: { path: production, pathNot: [tests, ...homes.map((home) => `^${home}/`)] },
  to: { path: library(name) },
});

/** @satisfies {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'money alone',
      comment: 'money imports nothing.',
      severity: 'error',
      from: { path: '^packages/money/src/', pathNot: tests },
      to: { pathNot: '^packages/money/src/' },
    },
    {
      name: 'balance on money only',
      comment: 'The pure core knows no clock, no IO, no library.',
      severity: 'error',
      from: { path: '^packages/balance/src/', pathNot: tests },
      to: { pathNot: '^packages/(balance|money)/src/' },
    },
    {
      name: 'verifier alone',
      comment: 'Who checks the ledger shares no code with who writes it.',
      severity: 'error',
      from: { path: '^packages/verify/src/', pathNot: tests },
      to: { pathNot: ['^packages/verify/src/', '^(node:)?(crypto|fs|util)$', library('decimal\\.js')] },
    },
    {
      name: 'packages below services',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^services/' },
    },
    {
      name: 'services apart',
      comment: 'Services meet in the log, not in code; only tollgate composes them.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: '^services/tollgate/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'by name only',
      comment: 'Another package is imported by its name, never by a path into it; its exports say what it shows.',
      severity: 'error',
      from: { path: '^((?:packages|services)/[^/]+|test|infra)/' },
      to: { path: '^(packages|services)/', pathNot: '^$1/', dependencyTypesNot: ['aliased-workspace'] },
    },
    {
      name: 'index only',
      comment:
        'Entries beside the index are for tests (contract suites, in-memory adapters), for settings, which every command reads, and for errors that are told apart: they load nothing of what they set or come from.',
      severity: 'error',
      from: { path: '^((?:packages|services)/[^/]+)/', pathNot: tests },
      to: { path: '^(packages|services)/', pathNot: ['^$1/', '^[^/]+/[^/]+/src/index\\.ts$', loadingNothing] },
    },
    {
      name: 'tests on top',
      comment: 'What ships does not import a test or a fixture.',
      severity: 'error',
      from: { path: production, pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'no development dependencies',
      severity: 'error',
      from: { path: production, pathNot: tests },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm'] },
    },
    kept('zod', 'packages/contracts', 'services/tollgate'),
    kept('decimal.js', 'packages/rating', 'packages/verify'),
    kept('kafkajs', 'packages/kafka'),
    kept('lmdb', 'packages/event-store-lmdb'),
    kept('classic-level', 'packages/folder', 'packages/event-store-lmdb'),
    kept('@eventstore/db-client', 'packages/event-store-esdb'),
    kept('pg', 'services/reporting'),
    kept('pg-copy-streams', 'services/reporting'),
    kept('kysely', 'services/reporting'),
    {
      name: 'files by the folder',
      comment: 'What is kept in files is written through packages/folder, of which a simulated disk is the other half.',
      severity: 'error',
      from: { path: '^packages/(event-store-file|account-table)/src/', pathNot: tests },
      to: { path: '^(node:)?fs(/|$)' },
    },
    {
      name: 'logs behind their port',
      comment:
        'How a log is stored, its adapter alone knows; tollgate chooses one. The thread of the tree hashes the lines of files without decoding them.',
      severity: 'error',
      from: {
        path: production,
        pathNot: [
          tests,
          '^packages/event-store-[a-z]+/',
          '^services/tollgate/',
          '^services/audit/src/read-leaves\\.ts$',
        ],
      },
      to: { path: '^packages/event-store-[a-z]+/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    doNotFollow: { path: '(^|/)(node_modules|dist)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
    },
  },
};

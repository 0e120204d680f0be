// @ts-check
'use strict';

const path = require('node:path');

const rootDir = path.resolve(__dirname, '..');

/** @type {import('@swc/core').Options} */
const compile = { swcrc: false, jsc: { parser: { syntax: 'typescript' }, target: 'es2023' }, sourceMaps: 'inline' };

/**
 * A suite of its own name, run by `npm run test:<name>`.
 * @param {string} displayName
 * @param {import('jest').Config} where
 */
const suite = (displayName, where) => ({
  displayName,
  rootDir,
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['<rootDir>/.cache/'],
  // What is imported only where it is needed is named as it is once compiled.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.js', '$1.ts'] },
  // Workspace packages resolve to their source: a test needs no build.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  // zstddec is an ES module, which Node requires and jest does not.
  transform: { '\\.ts$|/zstddec-stream\\.mjs$': /** @type {[string, any]} */ (['@swc/jest', compile]) },
  transformIgnorePatterns: ['/node_modules/(?!zstddec/)'],
  ...where,
});

const besideTheSource = '<rootDir>/{packages,services,infra}/**';
/** What a real EventStoreDB answered, replayed: `npm run proof:recordings`, too long for every run. */
const recordings = '/packages/eventstore-test-server/src/replay/';
/** Thousands of real calls, several switches, the demo, and the README as it is typed: `npm run proof:calls`, minutes of it. */
const longCalls = ['proof', 'several', 'demo', 'readme'].map((name) => `/test/softswitch/${name}.test.ts`);
const fetchBroker = '<rootDir>/test/fetch-broker.js';

/** @type {import('jest').Config} */
module.exports = {
  rootDir,
  testSequencer: '<rootDir>/test/longest-first.js',
  projects: [
    suite('architecture', { testMatch: ['<rootDir>/test/architecture/**/*.test.ts'] }),
    suite('unit', {
      testMatch: [`${besideTheSource}/*.test.ts`],
      testPathIgnorePatterns: ['/node_modules/', '\\.integration\\.test\\.ts$', recordings],
    }),
    suite('recordings', { testMatch: [`<rootDir>${recordings}*.test.ts`] }),
    suite('calls', { testMatch: longCalls.map((file) => `<rootDir>${file}`), globalSetup: fetchBroker }),
    // Alone, for a call that waits is a call refused.
    suite('switch', {
      testMatch: ['<rootDir>/test/softswitch/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...longCalls],
      globalSetup: fetchBroker,
    }),
    suite('integration', {
      testMatch: [`${besideTheSource}/*.integration.test.ts`],
      globalSetup: fetchBroker,
    }),
    suite('scenarios', {
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/architecture/', '<rootDir>/test/softswitch/'],
      globalSetup: fetchBroker,
    }),
  ],
};

// @ts-check
'use strict';
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');

/**
 * Deliberate faults, each put into the built code as it is loaded: a rig that does not catch them proves nothing.
 * @type {Record<string, { file: string, from: string, to: string }>}
 */
const canaries = {
  'skip the dedupe': {
    file: 'services/intake/dist/plan.js',
    from: 'drafts.keys.get(key) ?? index.revisionOf(key)',
    to: 'drafts.keys.get(key)',
  },
  'below zero instead of at zero': {
    file: 'packages/balance/dist/exhausted.js',
    from: 'available(account, balance) <= 0n',
    to: 'available(account, balance) < 0n',
  },
  'checkpoint before apply': {
    file: 'services/cutoff-projector/dist/projector.js',
    from: 'const { changed, decidedAt } = await',
    to: 'await judgements.commit(new Map(), position); const { changed, decidedAt } = await',
  },
  'checkpoint before the acknowledgement': {
    file: 'packages/service-runtime/dist/relay.js',
    from: 'if (messages.length > 0 && !(await publish(messages)))',
    to: 'await store.commit({ puts: [], position: reached }); if (messages.length > 0 && !(await publish(messages)))',
  },
  'publish before decide': {
    file: 'services/cutoff-projector/dist/judge-batch.js',
    from: 'const results = decided.length === 0 ? []',
    to: 'for (const { decisions } of decided) await globalThis.publishEarly(decisions); const results = decided.length === 0 ? []',
  },
  'an older fold after a failed write': {
    file: 'services/cutoff-projector/dist/judgement-store.js',
    from: 'cache.delete(accountId);',
    to: '',
  },
  'sequence from memory': {
    file: 'packages/balance/dist/traffic.js',
    from: 'sequence: after.sequence + 1,',
    to: 'sequence: globalThis.nextSequence(account.accountId),',
  },
};

const root = join(__dirname, '..', '..', '..');

/** Loads the built code with one fault in it. Throws if the code no longer has the line: then the canary must follow it. @param {string} name */
const install = (name) => {
  const canary = canaries[name];
  if (canary === undefined) throw new Error(`there is no canary "${name}"; see --help`);
  const { file, from, to } = canary;
  const path = join(root, file);
  if (readFileSync(path, 'utf8').split(from).length !== 2)
    throw new Error(`canary "${name}": ${file} does not have its line exactly once`);
  /** @type {any} */
  const loader = Module.prototype;
  const { _compile: compile } = loader;
  loader._compile = function (
    /** @type {string} */ source,
    /** @type {string} */ filename,
    /** @type {any[]} */ ...rest
  ) {
    return compile.call(this, filename === path ? source.replace(from, () => to) : source, filename, ...rest);
  };
};

module.exports = { canaries, install };

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
    file: 'services/intake/dist/look-up.js',
    from: 'table.placesOf(key).length === 0 && ',
    to: '',
  },
  'below zero instead of at zero': {
    file: 'packages/balance/dist/exhausted.js',
    from: '(high + limit.high, low + limit.low) > 0 ? 0 : bit',
    to: '(high + limit.high, low + limit.low) >= 0 ? 0 : bit',
  },
  'a snapshot that says it is further than it is': {
    file: 'packages/account-table/dist/snapshot.js',
    from: 'state.place = json.place;',
    to: 'state.place = json.place + 1;',
  },
  'a place that moves before the fold': {
    file: 'packages/account-table/dist/add-group.js',
    from: 'place = group.place(index);',
    to: 'place = group.place(index); if (state.catchUpTo > 0 && index === 0) state.place = Math.max(state.place, place);',
  },
  'checkpoint before the acknowledgement': {
    file: 'packages/service-runtime/dist/relay.js',
    from: 'if (messages.length > 0 && !(await publish(messages)))',
    to: 'store.store(reached); if (messages.length > 0 && !(await publish(messages)))',
  },
  'publish before decide': {
    file: 'services/cutoff-projector/dist/projector.js',
    from: 'const results = await',
    to: 'await globalThis.publishEarly(due, decidedAt); const results = await',
  },
  'an older fold after a failed write': {
    file: 'packages/event-store-file/dist/file-event-log.js',
    from: 'index.discard();\n                if (!(error instanceof',
    to: 'if (!(error instanceof',
  },
  'sequence from memory': {
    file: 'packages/balance/dist/traffic.js',
    from: 'sequence: sequence + 1 + index,',
    to: 'sequence: globalThis.nextSequence(accountId),',
  },
  'an answer before the write is durable': {
    file: 'packages/event-store-file/dist/segment-end.js',
    from: 'await (hasFailed ? (0, exports.inTime)(written, folder) : written);',
    to: 'written.catch(() => undefined);',
  },
  'a torn tail that is not cut off': {
    file: 'packages/event-store-file/dist/open-log.js',
    from: 'await file.truncate(end.offset);',
    to: '',
  },
  'a failed write that is not undone': {
    file: 'packages/event-store-file/dist/segment-end.js',
    from: 'await cutBack(file, offset, error);',
    to: '',
  },
  'a run of ids that says it covers more than it does': {
    file: 'packages/account-table/dist/ids/id-runs.js',
    from: 'covered: () => runs.at(-1)?.entry.last ?? 0,',
    to: 'covered: () => (runs.length > 0 ? runs.at(-1).entry.last + 3 : 0),',
  },
  'what is held for other calls is not taken off': {
    file: 'packages/balance/dist/grant.js',
    from: 'creditLimits[balance] - others',
    to: 'creditLimits[balance]',
  },
  'a decision that a crash kept from the log is not made again': {
    file: 'services/cutoff-projector/dist/projector.js',
    from: 'await parts.ready;',
    to: 'await parts.ready; const { pending } = table; const from = table.place(); table.pending = () => pending().filter(({ causePlace }) => causePlace > from);',
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

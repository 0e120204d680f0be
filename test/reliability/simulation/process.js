// @ts-check
'use strict';
const { startBalanceProjector } = require('@tollgate/balance-projector');
const { topicsOf, trafficCommandOf } = require('@tollgate/contracts');
const { startCutoffProjector, startTrafficRelay } = require('@tollgate/cutoff-projector');
const { createMessageHandler, openLedger, startRejectedRelay } = require('@tollgate/intake');
const { bufferStore } = require('@tollgate/projection-store');
const { createMemoryStore } = require('@tollgate/projection-store/memory');
const { createReadModels } = require('@tollgate/read-models');

const topics = topicsOf('tollgate.');
/** So few that a run often has to wait until they are written. */
const flushEntries = 2;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** The folders of one machine: they outlive its processes. @param {import('./world').World} world */
const createFolders = (world) => {
  const { scheduler } = world;
  /** @type {Map<string, any>} */
  const contents = new Map();
  return (/** @type {string} */ name, /** @type {() => boolean} */ isAlive) => {
    const kept = contents.get(name) ?? createMemoryStore();
    contents.set(name, kept);
    return {
      ...kept,
      commit: async (/** @type {any} */ changes) => {
        await scheduler.turn(isAlive);
        if (world.goesWrong(`write of ${name} fails`))
          throw Object.assign(new Error('simulated: not written'), { retriable: true });
        await kept.commit(changes);
        await scheduler.turn(isAlive);
      },
    };
  };
};

/**
 * One process of Tollgate on the simulated world: the services as they are. `kill` ends it at whatever it waits for; a zombie
 * is one that was not killed when its successor started, and so runs without relays, which only one process has.
 * @param {{ world: import('./world').World, folders: ReturnType<typeof createFolders>, onFailure: (error: unknown) => void, hasRelays: boolean }} parts
 */
const startProcess = async ({ world, folders, onFailure, hasRelays }) => {
  const state = { isAlive: true };
  const isAlive = () => state.isAlive;
  /** @type {any} */
  const log = world.logFor(isAlive);
  const clock = () => new Date(world.scheduler.now);
  const store = (/** @type {string} */ name) => bufferStore(folders(name, isAlive), { flushEntries });
  const watch = (/** @type {Promise<unknown>} */ done) => void done.catch((error) => state.isAlive && onFailure(error));

  hookCanaries(world.publisherFor(isAlive));
  const ledger = openLedger({ log, store: store('intake'), logger: silent });
  watch(ledger.indexing.done);
  const readModels = createReadModels(store('models'));
  watch(startBalanceProjector({ log, readModels, logger: silent }).done);
  watch(world.consume(createMessageHandler({ ledger, topics, clock }), isAlive));
  watch(startCutoffProjector({ log, store: store('cutoff'), clock, logger: silent }).then(({ done }) => done));
  if (hasRelays) {
    const publish = world.publisherFor(isAlive);
    watch(
      startTrafficRelay({
        log,
        store: folders('traffic', isAlive),
        topic: topics.trafficControl,
        publish,
        logger: silent,
      }).done,
    );
    watch(
      startRejectedRelay({ log, store: folders('rejected', isAlive), topic: topics.rejected, publish, logger: silent })
        .done,
    );
  }
  return {
    ledger,
    readModels,
    isAlive,
    kill: () => {
      state.isAlive = false;
    },
  };
};

/** What deliberate faults call: a publisher without the log, and a count in the memory of the process. @param {(messages: any[]) => Promise<void>} publish */
const hookCanaries = (publish) => {
  const sequences = new Map();
  Object.assign(globalThis, {
    publishEarly: (/** @type {any[]} */ decisions) =>
      publish(
        decisions.map((decision) => ({
          topic: topics.trafficControl,
          key: `${decision.data.accountId}/${decision.data.direction}`,
          value: JSON.stringify(trafficCommandOf(decision)),
        })),
      ).catch(() => undefined),
    nextSequence: (/** @type {string} */ accountId) => {
      const next = (sequences.get(accountId) ?? 0) + 1;
      sequences.set(accountId, next);
      return next;
    },
  });
};

module.exports = { createFolders, startProcess, topics };

// @ts-check
'use strict';
const { topicsOf, trafficCommandOf } = require('@tollgate/contracts');
const { startCutoffProjector, startTrafficRelay } = require('@tollgate/cutoff-projector');
const { closeStatement, createMessageHandler, openLedger, startRejectedRelay } = require('@tollgate/intake');

const topics = topicsOf('tollgate.');
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** @typedef {{ position(): bigint | undefined, store(position: bigint): void }} RelayPosition */
/**
 * What a process stands on: the log it writes to, the table that is folded from it, and where its relays are. `done` rejects when
 * the process must end.
 * @typedef {{ log: any, table: any, ready: Promise<void>, done: Promise<void>, relay: (name: string) => RelayPosition }} Ground
 */

/**
 * One process of Tollgate on the simulated world: the services as they are. `kill` ends it at whatever it waits for; a zombie
 * is one that was not killed when its successor started, and so runs without relays, which only one process has.
 * @param {{ world: import('./world').World, open: (isAlive: () => boolean) => Promise<Ground>, onFailure: (error: unknown) => void, hasRelays: boolean }} parts
 */
const startProcess = async ({ world, open, onFailure, hasRelays }) => {
  const state = { isAlive: true };
  const isAlive = () => state.isAlive;
  const clock = () => new Date(world.scheduler.now);
  const watch = (/** @type {Promise<unknown> | undefined} */ done) =>
    void done?.catch((error) => state.isAlive && onFailure(error));

  hookCanaries(world.publisherFor(isAlive));
  const { log, table, ready, done, relay } = await open(isAlive);
  watch(done);
  // Nobody waits by the clock of the machine here.
  const ledger = openLedger({ log, table, ready, answerWithinMs: Infinity });
  watch(ledger.failed);
  watch(world.consume(createMessageHandler({ ledger, topics, clock }), isAlive));
  watch(startCutoffProjector({ log, table, clock, logger: silent, ready }).done);
  if (hasRelays) {
    const publish = world.publisherFor(isAlive);
    const parts = { log, publish, logger: silent };
    watch(startTrafficRelay({ ...parts, store: relay('traffic'), topic: topics.trafficControl }).done);
    watch(startRejectedRelay({ ...parts, store: relay('rejected'), topic: topics.rejected }).done);
  }
  return {
    table,
    /** What becomes of a command. @param {any} command @param {any} metadata */
    submit: async (command, metadata) => {
      if (command.type === 'CloseStatement') return closeStatement({ ledger, log, table }, command.data, metadata);
      const [outcome] = await ledger.submit([{ intent: command, metadata }]);
      return outcome;
    },
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
    publishEarly: (/** @type {any[]} */ decisions, /** @type {string} */ decidedAt) =>
      publish(
        decisions.map(({ type, data }) => ({
          topic: topics.trafficControl,
          key: `${data.accountId}/${data.direction}`,
          value: JSON.stringify(trafficCommandOf({ type, data: { ...data, decidedAt } })),
        })),
      ).catch(() => undefined),
    nextSequence: (/** @type {string} */ accountId) => {
      const next = (sequences.get(accountId) ?? 0) + 1;
      sequences.set(accountId, next);
      return next;
    },
  });
};

module.exports = { startProcess, topics };

// @ts-check
'use strict';
const { openAccountTable } = require('@tollgate/account-table');
const { startBalanceProjector } = require('@tollgate/balance-projector');
const { LogUnavailable, SubscriptionDropped } = require('@tollgate/event-store');
const { createMemoryEventLog } = require('@tollgate/event-store/memory');

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A log that is elsewhere, which several processes use over connections that fail: each follows it into a table of its own. */
class SharedLog {
  /** @param {import('./world').World} world */
  constructor(world) {
    this.world = world;
    this.canBeShared = true;
    this.isInterrupted = false;
    this.log = createMemoryEventLog({ clock: () => new Date(world.scheduler.now) });
    /** How far the relays are. @type {Map<string, bigint>} */
    this.positions = new Map();
  }

  /** Everything that is recorded, in order. @returns {readonly any[]} */
  events() {
    return this.log.events();
  }

  /** @param {() => boolean} isAlive @returns {Promise<import('./process').Ground>} */
  async open(isAlive) {
    /** @type {any} */
    const log = this.connect(isAlive);
    const table = openAccountTable();
    await table.start({ ledger: 'simulated', seed: new Uint8Array(16), last: 0 });
    const { caughtUp, done } = startBalanceProjector({ log, table, logger: silent });
    return { log, table, ready: caughtUp, done, relay: (name) => this.relay(name, isAlive) };
  }

  kill() {
    this.world.note('process killed');
  }

  /** @param {string} name @param {() => boolean} isAlive */
  relay(name, isAlive) {
    return {
      position: () => this.positions.get(name),
      store: (/** @type {bigint} */ position) => {
        if (!isAlive()) return;
        if (this.world.goesWrong(`write of ${name} fails`))
          throw Object.assign(new Error('simulated: not written'), { retriable: true });
        this.positions.set(name, position);
      },
    };
  }

  /** The log as one process sees it. @param {() => boolean} isAlive */
  connect(isAlive) {
    const { log, world } = this;
    const turn = () => world.scheduler.turn(isAlive);
    const reading = async () => {
      await turn();
      if (world.goesWrong('read of the log fails')) throw new LogUnavailable('simulated: not read');
    };
    return {
      ...log,
      append: async (/** @type {any[]} */ appends) => {
        await turn();
        if (world.goesWrong('append is refused')) throw new LogUnavailable('simulated: refused before it began');
        const sent = appends.filter(() => !world.goesWrong('append is not sent'));
        const results = sent.length === 0 ? [] : await log.append(sent);
        for (const [index, { stream, events }] of sent.entries())
          world.note(`append to ${stream}: ${told(events, results[index])}`);
        await turn();
        const error = new LogUnavailable('simulated: not sent, or sent and the answer lost');
        return appends.map((append) => {
          const result = results[sent.indexOf(append)];
          return result === undefined || world.goesWrong('answer of the append is lost')
            ? { status: 'unknown', error }
            : result;
        });
      },
      read: async (/** @type {bigint} */ position) => {
        await reading();
        return log.read(position);
      },
      readStream: async (/** @type {any} */ stream, /** @type {any} */ options) => {
        await reading();
        return log.readStream(stream, options);
      },
      lastPosition: async () => {
        await turn();
        return log.lastPosition();
      },
      async *subscribe(/** @type {any} */ subscription) {
        for await (const batch of log.subscribe({ ...subscription, maxEvents: 1 + world.scheduler.pick(5) })) {
          await turn();
          if (world.goesWrong('subscription is dropped')) throw new SubscriptionDropped('simulated: connection lost');
          yield batch;
          await turn();
        }
      },
    };
  }
}

/** @param {any[]} events @param {any} result */
const told = (events, result) =>
  `${events.map(({ type }) => type).join(', ')}${result?.status === 'recorded' ? '' : '; the stream was not as expected'}`;

module.exports = { SharedLog };

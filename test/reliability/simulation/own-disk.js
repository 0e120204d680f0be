// @ts-check
'use strict';
const { mergeInline } = require('@tollgate/account-table/merge-inline');
const { createSimulatedDisk } = require('@tollgate/folder/simulated');
const { openData, openRelayPosition } = require('tollgate/node');
const { hold } = require('../oracle');

const silent = { debug() {}, info() {}, warn() {}, error() {} };
/** One in so many times that something else fails, a file cannot be opened. */
const seldom = 10;
/** So small that a run of some dozen events has many of each. */
const small = {
  log: { segmentBytes: 2_048 },
  table: { snapshotEvents: 12, ids: { tableIds: 6, merge: mergeInline } },
};

/** The log in the segment files of one machine, whose disk fails, fills up, hangs and loses power; one process at a time. */
class OwnDisk {
  /** @param {import('./world').World} world */
  constructor(world) {
    const { scheduler } = world;
    this.world = world;
    this.canBeShared = false;
    /** The process ends now, in the middle of a write of the log. */
    this.isInterrupted = false;
    this.disk = createSimulatedDisk({
      random: () => scheduler.pick(1 << 30) / (1 << 30),
      turn: () => scheduler.turn(),
      fault: ({ kind, path }) => {
        const { often } = world.faults;
        if (kind === 'write' && path.startsWith('/data/log/') && often > 0 && scheduler.chance(often))
          this.isInterrupted = true;
        // A start opens every file: it would hardly ever come to its end.
        if (kind === 'open' && !scheduler.chance(seldom)) return undefined;
        if (!world.goesWrong(`${kind} of ${path} fails`)) return undefined;
        if (scheduler.chance(20)) return 'hangs';
        return { code: scheduler.chance(2) ? 'ENOSPC' : 'EIO' };
      },
    });
    /** What was seen of the log: it is durable, and so for ever. @type {any[]} */
    this.seen = [];
    /** @type {string[]} */
    this.texts = [];
  }

  /** @returns {readonly any[]} */
  events() {
    return this.seen;
  }

  /** @param {() => boolean} isAlive @returns {Promise<import('./process').Ground>} */
  async open(isAlive) {
    const { scheduler } = this.world;
    const folder = (/** @type {string} */ name) => this.disk.folder(`/data/${name}`);
    const { log, table, relays } = await openData(
      { log: folder('log'), accountTable: folder('account-table'), relays: folder('relays') },
      {
        clock: () => new Date(scheduler.now),
        logger: silent,
        log: { ...small.log, turn: () => scheduler.turn(isAlive) },
        table: small.table,
      },
    );
    await this.reread(log);
    void this.follow(log, isAlive);
    /** @type {Record<string, import('./process').RelayPosition>} */
    const positions = {
      traffic: await openRelayPosition(relays, 'traffic-control'),
      rejected: await openRelayPosition(relays, 'rejected'),
    };
    const relay = (/** @type {string} */ name) => {
      const position = positions[name];
      if (position === undefined) throw new Error(`there is no relay ${name}`);
      return position;
    };
    return { log, table, ready: Promise.resolve(), done: log.done, relay };
  }

  /** P1: what was seen is there again, and as it was. @param {any} log */
  async reread(log) {
    /** @type {any[]} */
    const events = [];
    for await (const batch of log.subscribe({ prefixes: [''], signal: new AbortController().signal })) {
      events.push(...batch.events);
      if (batch.isCaughtUp) break;
    }
    for (const [index, text] of this.texts.entries())
      hold(textOf(events[index]) === text, `P1: at ${index + 1} stood ${text}, and it is lost or changed`);
    this.see(events.slice(this.seen.length));
  }

  /** @param {readonly any[]} events */
  see(events) {
    this.seen.push(...events);
    this.texts.push(...events.map(textOf));
  }

  /** @param {any} log @param {() => boolean} isAlive */
  async follow(log, isAlive) {
    const after = BigInt(this.seen.length);
    const signal = new AbortController().signal;
    try {
      for await (const { events } of log.subscribe({
        prefixes: [''],
        after: after === 0n ? undefined : after,
        signal,
      })) {
        if (!isAlive()) return;
        this.see(events);
      }
    } catch {
      // A log that is stuck ends its process; what it recorded is read again by the next.
    }
  }

  kill() {
    this.isInterrupted = false;
    if (this.world.scheduler.chance(3)) {
      this.world.note('power fails');
      this.disk.failPower();
    } else {
      this.world.note('process killed');
      this.disk.kill();
    }
  }
}

/** @param {any} event */
const textOf = (event) => JSON.stringify(event, (_key, value) => (typeof value === 'bigint' ? String(value) : value));

module.exports = { OwnDisk };

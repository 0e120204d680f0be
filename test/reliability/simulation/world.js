// @ts-check
'use strict';
const { LogUnavailable, SubscriptionDropped } = require('@tollgate/event-store');
const { createMemoryEventLog } = require('@tollgate/event-store/memory');

/**
 * What outlives a process: the log, the broker's topics, the offsets committed. `faults` says how often things go wrong, one in
 * so many times; 0 is never.
 */
class World {
  /** @param {import('./scheduler').Scheduler} scheduler @param {{ often: number }} faults @param {(line: string) => void} note */
  constructor(scheduler, faults, note) {
    this.scheduler = scheduler;
    this.faults = faults;
    this.note = note;
    this.log = createMemoryEventLog({ clock: () => new Date(scheduler.now) });
    /** Input messages by partition, and how far each group member has committed. @type {{ topic: string, value: Buffer }[][]} */
    this.partitions = [[], []];
    this.committed = [0, 0];
    /** What the traffic-control and rejected topics hold. @type {{ topic: string, key: string, value: string }[]} */
    this.published = [];
  }

  /** @param {string} what */
  goesWrong(what) {
    const isWrong = this.faults.often > 0 && this.scheduler.chance(this.faults.often);
    if (isWrong) this.note(what);
    return isWrong;
  }

  /** The log as one process sees it over its connection. @param {() => boolean} isAlive */
  logFor(isAlive) {
    const { log, scheduler } = this;
    const turn = () => scheduler.turn(isAlive);
    const self = this;
    return {
      ...log,
      append: async (/** @type {any} */ appends) => {
        await turn();
        if (self.goesWrong('append is refused')) throw new LogUnavailable('simulated: refused before it began');
        const sent = appends.filter(() => !self.goesWrong('append is not sent'));
        const results = sent.length === 0 ? [] : await log.append(sent);
        for (const [index, { stream, events }] of sent.entries())
          self.note(`append to ${stream}: ${told(events, results[index])}`);
        await turn();
        const error = new LogUnavailable('simulated: not sent, or sent and the answer lost');
        return appends.map((/** @type {any} */ append) => {
          const result = results[sent.indexOf(append)];
          return result === undefined || self.goesWrong('answer of the append is lost')
            ? { status: 'unknown', error }
            : result;
        });
      },
      read: async (/** @type {bigint} */ position) => {
        await turn();
        if (self.goesWrong('read of the log fails')) throw new LogUnavailable('simulated: not read');
        return log.read(position);
      },
      readStream: async (/** @type {any} */ stream, /** @type {any} */ options) => {
        await turn();
        if (self.goesWrong('read of the log fails')) throw new LogUnavailable('simulated: not read');
        return log.readStream(stream, options);
      },
      lastPosition: async () => {
        await turn();
        return log.lastPosition();
      },
      async *subscribe(/** @type {any} */ subscription) {
        for await (const batch of log.subscribe({ ...subscription, maxEvents: 1 + scheduler.pick(5) })) {
          await turn();
          if (self.goesWrong('subscription is dropped')) throw new SubscriptionDropped('simulated: connection lost');
          yield batch;
          await turn();
        }
      },
    };
  }

  /** @param {() => boolean} isAlive */
  publisherFor(isAlive) {
    return async (/** @type {any[]} */ messages) => {
      for (const { topic, key, value } of messages) {
        await this.scheduler.turn(isAlive);
        if (this.goesWrong('broker is away')) throw new Error('simulated: broker away');
        this.note(`publish ${key}: ${String(value).slice(0, 200)}`);
        this.published.push({ topic, key, value: String(value) });
      }
      await this.scheduler.turn(isAlive);
      if (this.goesWrong('acknowledgement of the broker is lost'))
        throw new Error('simulated: written, and the acknowledgement lost');
    };
  }

  /**
   * A member of the consumer group: hands over what is not committed, commits after the handler.
   * @param {(messages: any[]) => Promise<void>} handler @param {() => boolean} isAlive
   */
  async consume(handler, isAlive) {
    await Promise.all(
      this.partitions.map(async (_messages, partition) => {
        while (isAlive()) await this.consumeBatch(partition, handler, isAlive);
      }),
    );
  }

  /** @param {number} partition @param {(messages: any[]) => Promise<void>} handler @param {() => boolean} isAlive */
  async consumeBatch(partition, handler, isAlive) {
    await this.scheduler.turn(isAlive);
    const from = this.committed[partition] ?? 0;
    const values = (this.partitions[partition] ?? []).slice(from, from + 1 + this.scheduler.pick(6));
    if (values.length === 0) {
      await new Promise((resolve) => void this.scheduler.setTimer(() => resolve(undefined), 100));
      return;
    }
    const isHandled = await this.hand(
      handler,
      values.map(({ topic, value }, index) => ({
        topic,
        partition,
        offset: String(from + index),
        key: null,
        value,
        timestamp: '0',
      })),
    );
    await this.scheduler.turn(isAlive);
    // A rebalance takes the partition away in the middle of a batch: its offsets are not committed, another member repeats it.
    if (isHandled && !this.goesWrong('partition is taken away'))
      this.committed[partition] = Math.max(this.committed[partition] ?? 0, from + values.length);
  }

  /** @param {(messages: any[]) => Promise<void>} handler @param {any[]} messages */
  async hand(handler, messages) {
    try {
      await handler(messages);
      return true;
    } catch (error) {
      if (error instanceof Error && 'retriable' in error && error.retriable) return false;
      throw error;
    }
  }
}

/** @param {any[]} events @param {any} result */
const told = (events, result) =>
  `${events.map(({ type }) => type).join(', ')}${result?.status === 'recorded' ? '' : '; the stream was not as expected'}`;

module.exports = { World };

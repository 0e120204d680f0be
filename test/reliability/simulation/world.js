// @ts-check
'use strict';

/**
 * What outlives a process: the broker's topics, the offsets committed; where its log is, a ground says. `faults` says how often things go wrong, one in
 * so many times; 0 is never.
 */
class World {
  /** @param {import('./scheduler').Scheduler} scheduler @param {{ often: number }} faults @param {(line: string) => void} note */
  constructor(scheduler, faults, note) {
    this.scheduler = scheduler;
    this.faults = faults;
    this.note = note;
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

module.exports = { World };

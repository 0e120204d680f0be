// @ts-check
'use strict';
const { isAsTold, isRightlyRefused } = require('../answers');
const { Oracle, hold } = require('../oracle');
const { OwnDisk } = require('./own-disk');
const { startProcess } = require('./process');
const { Scheduler, installClock } = require('./scheduler');
const { conflictWith, createWorkload, garbage, messageOf } = require('./workload');
const { SharedLog } = require('./shared-log');
const { closeStatements } = require('./statements');
const { expireCalls, playCall } = require('./switches');
const { World } = require('./world');

/** @typedef {{ table: any, submit: (command: any, metadata: any) => Promise<any>, isAlive: () => boolean, kill: () => void }} Process */

/** @type {Scheduler} */
let scheduler;
installClock(() => scheduler);

const maxSteps = 200_000;
const kinds = {
  OpenAccount: 'opening',
  ChangeCutoff: 'rule',
  RecordPayment: 'payment',
  ChargeUsage: 'usage',
  AdjustBalance: 'adjustment',
  ReverseEntry: 'reversal',
};
const timer = (/** @type {number} */ delayMs) =>
  new Promise((resolve) => void scheduler.setTimer(() => resolve(undefined), delayMs));

/** Whether a process ended over its disk, and not over what it found there. @param {unknown} error @returns {boolean} */
const isOfDisk = (error) => {
  if (!(error instanceof Error)) return false;
  const isOwn = error.name === 'LogStuck' || ('code' in error && (error.code === 'EIO' || error.code === 'ENOSPC'));
  return isOwn || isOfDisk(error.cause);
};

/** One run: a world, its processes, those who send, and what has been acknowledged. */
class Run {
  /** @param {number} count @param {(line: string) => void} trace */
  constructor(count, trace) {
    this.trace = trace;
    this.faults = { often: [0, 6, 12, 25, 60][scheduler.pick(5)] ?? 0 };
    this.world = new World(scheduler, this.faults, (line) => this.note(line));
    this.oracle = new Oracle();
    this.scheduler = scheduler;
    this.ground = scheduler.chance(2) ? new SharedLog(this.world) : new OwnDisk(this.world);
    this.workload = createWorkload(scheduler, count);
    /** Position each command was acknowledged at. @type {Map<string, bigint>} */
    this.acknowledged = new Map();
    this.requests = 0;
    this.starts = 0;
    /** @type {Process | undefined} */
    this.running = undefined;
    /** @type {Process | undefined} */
    this.second = undefined;
    /** @type {unknown} */
    this.failure = undefined;
  }

  note(/** @type {string} */ line) {
    this.trace(`${String(scheduler.steps).padStart(6)}  ${line}`);
  }

  fail(/** @type {unknown} */ error) {
    this.failure ??= error;
  }

  /** A disk that fails may keep a process from starting, or end it: it is started again. @param {unknown} error */
  onFailure(error) {
    if (!isOfDisk(error)) {
      this.fail(error);
      return;
    }
    this.note(`process ended: ${/** @type {Error} */ (error).message}`);
    void this.crash();
  }

  async start() {
    this.starts += 1;
    const { starts } = this;
    const isCurrent = () => this.starts === starts;
    try {
      const started = await startProcess({
        world: this.world,
        open: (isAlive) => this.ground.open(() => isAlive() && isCurrent()),
        onFailure: (error) => isCurrent() && this.onFailure(error),
        hasRelays: true,
      });
      if (!isCurrent()) return;
      this.running = started;
      this.note('process started');
    } catch (error) {
      if (isCurrent()) this.onFailure(error);
    }
  }

  /** Kills the process at whatever it waits for, and starts it again on what it left; sometimes a second instance joins. */
  async crash() {
    this.running?.kill();
    this.running = undefined;
    this.starts += 1;
    this.ground.kill();
    if (this.ground.canBeShared && this.second === undefined && scheduler.chance(3)) {
      this.second = await startProcess({
        world: this.world,
        open: (isAlive) => this.ground.open(isAlive),
        onFailure: (error) => this.fail(error),
        hasRelays: false,
      });
      this.note('a second instance joins, without relays');
    }
    await this.start();
  }

  /** Sends until answered, as clients do: again after an error or no answer, and sometimes again after an answer. */
  async send(/** @type {any} */ command) {
    for (let attempt = 0; ; attempt += 1) {
      const after = this.ground.events().length;
      this.checkAnswer(command, after, await this.answer(command));
      if (this.faults.often === 0 || attempt > 3 || !scheduler.chance(4)) return;
    }
  }

  /** What one of the processes says at last, for it is asked until an answer comes back. @returns {Promise<any>} */
  async answer(/** @type {any} */ command) {
    for (;;) {
      const target = this.second !== undefined && scheduler.chance(3) ? this.second : this.running;
      const patience = timer(200 + scheduler.pick(2_000));
      const outcome = await (target === undefined ? patience : Promise.race([this.submit(target, command), patience]));
      await scheduler.turn();
      if (outcome === undefined || this.world.goesWrong('answer to the client is lost')) continue;
      await this.seen(outcome);
      return outcome;
    }
  }

  /** What is answered is durable, and whoever reads the log sees it, at the latest after the next start. @param {any} outcome */
  async seen({ position = 0n }) {
    while (this.ground.events().length < Number(position)) await timer(10);
  }

  /** Each request has its source. */
  metadata(receivedAt = new Date(scheduler.now).toISOString()) {
    this.requests += 1;
    return { source: { receivedAt, channel: { http: `request-${this.requests}` } } };
  }

  async submit(/** @type {Process | undefined} */ target, /** @type {any} */ command) {
    try {
      return await target?.submit(command, this.metadata(command.receivedAt));
    } catch (error) {
      const isRetriable = error instanceof Error && 'retriable' in error && error.retriable;
      if (target?.isAlive() && !isRetriable) this.onFailure(error);
      return undefined;
    }
  }

  /** P1: what is acknowledged stands in the log where the answer says, and always answers the same; what is refused had to be. */
  checkAnswer(/** @type {any} */ command, /** @type {number} */ after, /** @type {any} */ outcome) {
    const { position, revision, isDuplicate: duplicate, rejection } = outcome;
    const told = JSON.stringify(command);
    this.note(`${told} is answered ${rejection?.code ?? `${duplicate ? 'duplicate of ' : ''}${position}`}`);
    const events = this.ground.events();
    this.oracle.follow(events);
    const { accountId, data } = command;
    const body = command.type === 'ChangeCutoff' ? { accountId, rule: data } : data;
    const answer = { revision, duplicate, code: rejection?.code };
    const call = { kind: kinds[/** @type {keyof typeof kinds} */ (command.type)], body, after, answer };
    if (rejection) {
      hold(isRightlyRefused(this.oracle, call), `P1: ${told} was refused: ${rejection.code}, ${rejection.detail}`);
      return;
    }
    const event = events[Number(position) - 1];
    hold(event !== undefined, `P1: ${told} was acknowledged at ${position} and is not in the log`);
    hold(isAsTold(event, call), `P1: ${told} was acknowledged at ${position}, where another event stands`);
    if (command.type !== 'ChangeCutoff') this.checkSame(told, position);
  }

  /** The same is always answered with the same event. @param {string} told @param {bigint} position */
  checkSame(told, position) {
    const before = this.acknowledged.get(told) ?? position;
    hold(before === position, `P1: ${told} was acknowledged at ${before} and at ${position}`);
    this.acknowledged.set(told, position);
  }

  /** Puts a payment or a call on its topic, sometimes twice, sometimes into another partition; or garbage. */
  produce(/** @type {any} */ command) {
    const message =
      command === undefined ? { topic: 'tollgate.usage.v1', value: this.workload.one(garbage) } : messageOf(command);
    for (let copies = scheduler.chance(4) ? 2 : 1; copies > 0; copies -= 1)
      this.world.partitions[scheduler.pick(2)]?.push(message);
  }

  async sendOrProduce(/** @type {any} */ command) {
    const isForKafka = command.type === 'RecordPayment' || command.type === 'ChargeUsage';
    if (isForKafka && scheduler.chance(2)) this.produce(command);
    else await this.send(command);
  }

  async work() {
    for (const opening of this.workload.openings) await this.send(opening);
    const sending = this.workload.commands.map(async (command) => {
      await timer(scheduler.pick(3_000));
      await this.sendOrProduce(command);
      // The same once more, by either way, or a conflict with it: whichever comes first counts.
      if (scheduler.chance(6)) await this.sendOrProduce(scheduler.chance(2) ? command : conflictWith(command));
      if (scheduler.chance(10)) this.produce(undefined);
    });
    const calling = this.workload.calls.map(async (one) => {
      await timer(scheduler.pick(3_000));
      await playCall(this, one, timer);
    });
    await Promise.all([...sending, ...calling, expireCalls(this, timer), closeStatements(this, timer)]);
  }

  /** One step of the world, after which everything in the log must be right. */
  async step() {
    const isGoingOn = await scheduler.step();
    this.oracle.follow(this.ground.events());
    if (this.failure !== undefined) throw this.failure;
    // Somebody notices a process that hangs at its start, and kills it.
    if (!isGoingOn && !this.ground.canBeShared && this.faults.often > 0) void this.crash();
    else hold(isGoingOn, 'the run stands still');
    hold(scheduler.steps < maxSteps, 'the run does not come to an end');
  }

  isSettled() {
    const { world, oracle, ground } = this;
    const isDecided = [...oracle.accounts.values()].every(({ due }) => due.length === 0);
    const isConsumed = world.partitions.every((messages, index) => world.committed[index] === messages.length);
    const isProjected = this.running?.table.place() === ground.events().length;
    const published = new Set(world.published.map(({ value }) => value)).size;
    return isDecided && isConsumed && isProjected && published >= oracle.decisionCount() + oracle.rejections.size;
  }

  isToCrash() {
    return this.ground.isInterrupted || scheduler.chance(this.faults.often * 20);
  }

  /** Work and faults until all is sent; then without faults until nothing is under way. */
  async carryOut() {
    let isDone = false;
    // Not after it: the first process may hang at its start.
    void this.start();
    this.work().then(
      () => (isDone = true),
      (error) => this.fail(error),
    );
    while (!isDone) {
      // A disk that hangs keeps a process from starting.
      const canCrash = this.running !== undefined || !this.ground.canBeShared;
      if (canCrash && this.faults.often > 0 && this.isToCrash()) void this.crash();
      await this.step();
    }
    this.note('all is sent; the faults end');
    this.faults.often = 0;
    this.second?.kill();
    // What hung on a broken disk would hang for ever.
    if (!this.ground.canBeShared) void this.crash();
    for (let quiet = 0; quiet < 50; quiet = this.isSettled() ? quiet + 1 : 0) await this.step();
  }

  /** P1, P2, P3 and P5 on everything, once nothing is under way. Returns how many commands were published. */
  checkEnd() {
    const { world, oracle } = this;
    const messages = world.partitions.flatMap((messages, partition) =>
      messages.map(({ topic, value }, offset) => ({ topic, partition, offset: String(offset), value })),
    );
    oracle.checkConsumed(messages);
    oracle.checkPartners((accountId) => this.running?.table.partner(accountId));
    oracle.checkRejected(world.published);
    return oracle.checkPublished(world.published);
  }
}

/**
 * One run from one seed: work comes in over HTTP and Kafka while everything that can go wrong does, and after each step what
 * stands in the log must be right; then the faults end, and everything sent must be in, projected, decided and published.
 * Throws `Violation`; the same seed takes the same steps again.
 * @param {number} seed @param {{ commands?: number, trace?: (line: string) => void }} options
 */
const simulate = async (seed, { commands = 40, trace = () => undefined } = {}) => {
  scheduler = new Scheduler(seed);
  const run = new Run(commands, trace);
  await run.carryOut();
  return { commands: run.checkEnd(), events: run.ground.events().length, steps: scheduler.steps };
};

module.exports = { simulate };

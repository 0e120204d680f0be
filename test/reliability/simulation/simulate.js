// @ts-check
'use strict';
const { Oracle, hold } = require('./oracle');
const { createFolders, startProcess } = require('./process');
const { Scheduler, installClock } = require('./scheduler');
const { createWorkload, garbage, messageOf } = require('./workload');
const { World } = require('./world');

/** @type {Scheduler} */
let scheduler;
installClock(() => scheduler);

const maxSteps = 60_000;

/**
 * One run from one seed: work comes in over HTTP and Kafka while everything that can go wrong does, and after each step what
 * stands in the log must be right; then the faults end, and everything sent must be in, projected, decided and published.
 * Throws `Violation`; the same seed takes the same steps again.
 * @param {number} seed @param {{ commands?: number, trace?: (line: string) => void }} options
 */
const simulate = async (seed, { commands: count = 40, trace = () => {} } = {}) => {
  scheduler = new Scheduler(seed);
  const faults = { often: [0, 6, 12, 25, 60][scheduler.pick(5)] };
  const world = new World(scheduler, faults);
  const oracle = new Oracle();
  const folders = createFolders(scheduler);
  const { openings, commands, one } = createWorkload(scheduler, count);
  const acknowledged = new Map();
  let failure;
  const fail = (/** @type {unknown} */ error) => (failure ??= error);
  const note = (/** @type {string} */ line) => trace(`${String(scheduler.steps).padStart(6)}  ${line}`);

  /** @type {{ ledger: any, readModels: any, isAlive: () => boolean, kill: () => void }} */
  let running;
  /** @type {typeof running | undefined} */
  let zombie;
  const start = async () => {
    running = await startProcess(world, folders, fail);
    note('process started');
  };
  const crash = async () => {
    if (scheduler.chance(3) && zombie === undefined) {
      // Suspended, not dead: it wakes up later and goes on with what it knew, on folders of its own.
      running.kill();
      zombie = await startProcess(world, createFolders(scheduler), fail, false);
      note('a second instance runs, without relays');
    } else running.kill();
    note('process killed');
    await start();
  };

  /** Sends until answered, as clients do: again after an error, sometimes again after an answer. */
  const send = async (/** @type {any} */ command) => {
    for (let attempt = 0; ; attempt += 1) {
      const target = zombie !== undefined && scheduler.chance(3) ? zombie : running;
      const outcome = await Promise.race([submit(target, command), lateness()]);
      await scheduler.turn();
      const isAnswerLost = world.goesWrong();
      if (outcome === undefined || isAnswerLost) continue;
      checkAnswer(command, outcome);
      if (faults.often === 0 || attempt > 3 || !scheduler.chance(4)) return;
    }
  };
  const submit = async (/** @type {any} */ target, /** @type {any} */ command) => {
    try {
      const [outcome] = await target.ledger.submit([command], new Date(scheduler.now).toISOString());
      return outcome;
    } catch (error) {
      if (!error.retriable) fail(error);
      return undefined;
    }
  };
  const lateness = () =>
    new Promise((resolve) => void scheduler.setTimer(() => resolve(undefined), 200 + scheduler.pick(2_000)));

  const checkAnswer = (/** @type {any} */ command, /** @type {any} */ outcome) => {
    if (outcome.status !== 'recorded' || command.type === 'ChangeCutoff') return;
    oracle.follow(world.log.events());
    const event = world.log.events()[Number(outcome.position) - 1];
    const told = JSON.stringify(command);
    hold(event !== undefined, `P1: ${told} was acknowledged at ${outcome.position} and is not in the log`);
    hold(
      JSON.stringify(event.data) === JSON.stringify(command.data),
      `P1: ${told} was acknowledged at ${outcome.position}, where another event stands`,
    );
    hold(
      event.revision === outcome.revision,
      `P1: ${told} was acknowledged with revision ${outcome.revision}, recorded with ${event.revision}`,
    );
    const before = acknowledged.get(told) ?? outcome.position;
    hold(before === outcome.position, `P1: ${told} was acknowledged at ${before} and at ${outcome.position}`);
    acknowledged.set(told, outcome.position);
  };

  const produced = [];
  const produce = (/** @type {any} */ command) => {
    const message = command === undefined ? { topic: 'tollgate.usage.v1', value: one(garbage) } : messageOf(command);
    for (let copies = scheduler.chance(4) ? 2 : 1; copies > 0; copies -= 1)
      world.partitions[scheduler.pick(2)].push(message);
    if (command !== undefined) produced.push(command);
  };

  const work = async () => {
    for (const opening of openings) await send(opening);
    const sending = commands.map(async (command) => {
      await new Promise((resolve) => void scheduler.setTimer(() => resolve(undefined), scheduler.pick(3_000)));
      if ('direction' in (command.data ?? {}) && command.type !== 'AdjustBalance' && scheduler.chance(2))
        produce(command);
      else await send(command);
      if (scheduler.chance(10)) produce(undefined);
    });
    await Promise.all(sending);
  };

  const step = async () => {
    const isGoingOn = await scheduler.step();
    oracle.follow(world.log.events());
    if (failure !== undefined) throw failure;
    hold(isGoingOn, 'the run stands still');
    hold(scheduler.steps < maxSteps, 'the run does not come to an end');
  };

  const driving = start().then(work);
  let isDone = false;
  driving.then(() => (isDone = true), fail);
  while (!isDone) {
    if (running !== undefined && faults.often > 0 && scheduler.chance(faults.often * 20)) void crash();
    await step();
  }
  note('all is sent; the faults end');
  faults.often = 0;
  zombie?.kill();
  await settle({ world, oracle, running: () => running, step });
  const commandCount = oracle.checkPublished(world.published);
  checkEnd({ world, oracle, running, produced, commandCount });
  return { events: world.log.events().length, commands: commandCount, steps: scheduler.steps };
};

const settle = async (/** @type {any} */ { world, oracle, running, step }) => {
  const isSettled = () => {
    const last = BigInt(world.log.events().length);
    const decided = [...oracle.accounts.values()].every(({ due }) => due.length === 0);
    const decisions = [...oracle.decisions.values()].reduce((sum, list) => sum + list.length, 0);
    const consumed = world.partitions.every(
      (/** @type {any[]} */ messages, /** @type {number} */ index) => world.committed[index] === messages.length,
    );
    const isPublished = () =>
      new Set(world.published.map(({ value }) => value)).size >= decisions + oracle.rejections.size;
    return consumed && decided && running().readModels.position() === last && isPublished();
  };
  for (let quiet = 0; quiet < 50; quiet = isSettled() ? quiet + 1 : 0) await step();
};

/** P1, P2, P3 and P5 on everything, once nothing is under way. */
const checkEnd = (/** @type {any} */ { world, oracle, running, produced, commandCount }) => {
  for (const { data, type } of produced) {
    const key =
      type === 'RecordPayment'
        ? `payment ${data.accountId} ${data.paymentId}`
        : `usage ${data.accountId} ${data.usageId}`;
    hold(oracle.entries.has(key), `P1: ${key} was consumed and is not in the log`);
  }
  for (const [accountId, account] of oracle.accounts) {
    const partner = running.readModels.partner(accountId);
    for (const direction of ['inbound', 'outbound']) {
      const { payments, usage, adjustments } = partner.account.totals[direction];
      const units = account.sums[direction].times('1e10').toFixed(0);
      hold(
        String(payments - usage + adjustments) === units,
        `P2: the ${direction} balance of ${accountId} is not the fold of the log`,
      );
      hold(
        (partner.traffic[direction].state === 'blocked') === account.state[direction],
        `P3: ${direction} of ${accountId} is ${partner.traffic[direction].state}`,
      );
    }
  }
  const decided = [...oracle.decisions.values()].reduce((sum, list) => sum + list.length, 0);
  hold(commandCount === decided, `P3: ${decided} decisions, ${commandCount} commands`);
  const rejected = new Set(world.published.filter(({ topic }) => topic.endsWith('rejected.v1')).map(({ key }) => key));
  hold(
    rejected.size === oracle.rejections.size,
    `P5: ${oracle.rejections.size} rejections, ${rejected.size} published`,
  );
};

module.exports = { simulate };

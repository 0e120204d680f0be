import { setTimeout as delay } from 'node:timers/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import { createLog } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import { tuneHeap } from '../heap-tuning';
import { startLedgerNode } from '../ledger-node';
import type { LedgerNode } from '../ledger-node';
import { rolesOf } from '../roles/start-roles';
import { ignoredSettings, readSettings, settingNames, settingSources } from '../settings';
import type { SettingName, Settings } from '../settings';
import { isUnreadable } from '../unreadable';
import { sameSignalMs } from './interrupted';

/** `tollgate serve`: the whole ledger in one process, or some of its roles, until SIGTERM or SIGINT. */
export const addServe = (program: Command): void => {
  const command = program
    .command('serve')
    .summary('run the ledger')
    .description(
      'Runs intake, decisions, publishing, the HTTP API and reports in one process, until SIGTERM or SIGINT. With --role it runs some of them beside other processes on one log, which is then in an event store (EVENTSTORE_URL); each process has a data folder of its own (--data) and listens on this machine only.',
    );
  for (const name of settingNames) {
    const { variable, flag, about, initial } = settingSources[name];
    if (flag === undefined) continue;
    const option = new Option(flag, `${about} (${variable}${initial === '' ? '' : `, ${initial}`})`);
    command.addOption(name === 'roles' ? option.argParser(joined) : option);
  }
  command.addHelpText(
    'after',
    `\nFrom the environment only: ${settingNames
      .filter((name) => settingSources[name].flag === undefined)
      .map((name) => settingSources[name].variable)
      .join(', ')}.`,
  );
  command.action(async ({ role, ...flags }: Flags) => {
    const settings = readSettings({ ...flags, ...(role !== undefined && { roles: role }) }, process.env);
    const logger = createLog(settings.logLevel);
    for (const reason of ignoredSettings(process.env)) logger.warn({}, reason);
    tuneHeap();
    dieOfTheUnexpected(logger);
    outliveSignals();
    await serve(settings, logger);
  });
};

/** A log in an event store that others have spoilt is opened again, and waited for: until it is mended nothing is ready. */
const serve = async (settings: Settings, logger: Log): Promise<void> => {
  const signal = nextSignal();
  for (let { port } = settings; ;) {
    const node = await Promise.race([startLedgerNode({ ...settings, port }, logger), signal]);
    // While the log is folded nothing is taken, so there is nothing to finish.
    if (typeof node === 'string') return end(0);
    announce(node, settings);
    const error = await Promise.race([signal.then(() => undefined), failureOf(node)]);
    const isOpenedAgain = settings.eventstoreUrl !== undefined && isUnreadable(error);
    await stop(node, { error, isOpenedAgain, signal, logger });
    if (!isOpenedAgain) end(error === undefined ? 0 : 1);
    port = Number(new URL(node.url).port);
  }
};

type Flags = Partial<Record<Exclude<SettingName, 'roles'>, string>> & { role?: string };

/** What is given several times counts as one list. */
const joined = (value: string, before: string | undefined): string =>
  before === undefined ? value : `${before},${value}`;

const announce = ({ url }: LedgerNode, settings: Settings): void => {
  const { roles, data, kafkaBrokers, eventstoreUrl, eventstoreStreamPrefix } = settings;
  const running = rolesOf(settings);
  const as = roles.length === 0 ? '' : `, as ${running.join(', ')}`;
  const log = eventstoreUrl === undefined ? '' : `, log in EventStoreDB (streams ${eventstoreStreamPrefix}…)`;
  const lines = [`Tollgate listens on ${url}${as}, data in ${data}${log}`];
  if (kafkaBrokers !== undefined && running.some((role) => ['intake', 'publish', 'rate'].includes(role)))
    lines.push(`Kafka ${kafkaBrokers.join(',')}`);
  if (roles.length === 0 && kafkaBrokers === undefined)
    lines.push('KAFKA_BROKERS is not set: commands are served over HTTP only (GET /v1/traffic-control)');
  if (running.includes('rate')) lines.push('Calls are rated (TOLLGATE_RATER)');
  if (running.includes('reporting')) lines.push('Reports are kept in PostgreSQL (DATABASE_URL)');
  process.stdout.write(`${lines.join('\n')}\n`);
};

const stopTimeoutMs = 10_000;

const failureOf = ({ failed }: LedgerNode): Promise<Error> =>
  failed.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));

type Ending = { error: Error | undefined; isOpenedAgain: boolean; signal: Promise<unknown>; logger: Log };

/** In order; a second signal ends at once. One that has failed may not have had its first. */
const stop = async (node: LedgerNode, { error, isOpenedAgain, signal, logger }: Ending): Promise<void> => {
  if (error !== undefined) {
    const what = isOpenedAgain ? 'Tollgate cannot go on, and opens the log again' : 'Tollgate cannot go on and stops';
    logger.error({ error: describe(error) }, what);
  }
  const force = setTimeout(() => {
    logger.error({ stopTimeoutMs }, 'parts did not stop in time; what was acknowledged is safe');
    endAtOnce();
  }, stopTimeoutMs);
  let isStopped = false;
  void signal
    .then(() => delay(sameSignalMs, undefined, { ref: false }))
    .then(() => (isStopped ? undefined : nextSignal()))
    .then(() => {
      if (!isStopped) endAtOnce();
    });
  await node.stop();
  isStopped = true;
  clearTimeout(force);
};

/** Without a listener the system ends the process: also between a signal and the listener for the next one. */
const outliveSignals = (): void => {
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore).on('SIGTERM', ignore);
};

const end = (code: number): never => {
  process.stdout.write('Tollgate has stopped\n');
  process.exit(code);
};

/** Not `process.exit`: that waits for threads of the stores, and a thread that hangs would keep a broken process alive. */
const endAtOnce = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

/** What nobody expected ends the process: with money, wrong is worse than down. */
const dieOfTheUnexpected = (logger: Log): void => {
  process.on('uncaughtException', (error) => {
    logger.error(
      { error: describe(error) },
      'Tollgate met an error it does not know and ends; what was acknowledged is safe',
    );
    endAtOnce();
  });
};

const nextSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });

const describe = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

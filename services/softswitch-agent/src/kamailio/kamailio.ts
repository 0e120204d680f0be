import type { Log } from '@tollgate/service-runtime';
import { createAuthorizer, giveBack } from '../calls/authorize';
import type { Ask, Verdict } from '../calls/authorize';
import type { Ledger } from '../calls/ledger';
import { createLiveCalls } from '../calls/live-calls';
import type { Releases } from '../calls/releases';
import type { Tariffs } from '../calls/tariffs';
import type { Switch } from '../switch';
import { writeCommand, writeDifference } from './blocked-table';
import { cutCalls } from './cut-calls';
import { allDialogs } from './dialogs';
import { connectEvapi } from './evapi';
import type { AskMessage, CallMessage, SwitchMessage } from './messages';
import { createRpc } from './rpc';

export type KamailioPlace = { switchId: string; rpcUrl: string; host: string; port: number };
type Parts = { ledger: Ledger; releases: Releases; tariffs: Tariffs; limitMs: number; logger: Log };

/** Signs of life are not enough: a Kamailio that started anew between two of them has lost its tables. */
const lookEveryMs = 5_000;
/** By then the switch has made a dialog of a call that was let through. */
const settledMs = 2_000;

/** A Kamailio with infra/kamailio/kamailio.cfg: its tables over JSON-RPC, its calls over evapi. */
export const connectKamailio = ({ switchId, rpcUrl, host, port }: KamailioPlace, parts: Parts): Switch => {
  const { releases, logger } = parts;
  const { rpc, close: closeRpc } = createRpc(rpcUrl);
  const authorize = createAuthorizer(parts);
  /** Calls that were let through, and of which nothing was heard since. */
  const routed = new Map<string, { account: string; vendor: string; at: number }>();
  /** Where a call is in the switch, by its id. */
  const places = new Map<string, { entry: number; dialog: number }>();
  const live = createLiveCalls({
    ...parts,
    setLimit: (id, seconds) => {
      const place = places.get(id);
      if (place !== undefined) evapi.send({ do: 'limit', ...place, seconds });
    },
  });
  let onCome = (): void => undefined;

  const decide = async ({ index, label, vendors, ...ask }: AskMessage): Promise<void> => {
    const verdict = await authorize({ ...ask, vendors: vendorsIn(vendors) });
    const isSent = evapi.send({ id: ask.id, index, label, ...answerOf(verdict) });
    if (!isSent && verdict.do === 'route')
      giveBack(releases, ask.id, { account: ask.account, vendor: verdict.vendor.account });
    if (isSent && verdict.do === 'route')
      routed.set(ask.id, { account: ask.account, vendor: verdict.vendor.account, at: Date.now() });
  };

  const follow = (message: CallMessage): void => {
    const { event, id, account, vendor, legs, seconds, entry, dialog } = message;
    routed.delete(id);
    if (legs !== 'asked') return;
    if (event === 'answered') {
      places.set(id, { entry, dialog });
      live.add({ id, account, vendor, answeredAt: Date.now(), granted: seconds === 0 ? null : seconds });
    } else {
      places.delete(id);
      if (event === 'ended') live.end(id);
      else giveBack(releases, id, { account, vendor });
    }
  };

  const take = (message: SwitchMessage): void => {
    switch (message.event) {
      case 'hello':
        logger.info({ switchId, epoch: message.epoch }, 'The switch is there');
        onCome();
        return;
      case 'ask':
        void decide(message);
        return;
      case 'late': {
        const call = routed.get(message.id);
        routed.delete(message.id);
        if (call !== undefined) giveBack(releases, message.id, call);
        return;
      }
      case 'answered':
      case 'ended':
      case 'failed':
        follow(message);
    }
  };

  const evapi = connectEvapi({
    host,
    port,
    logger,
    onMessage: (message) => {
      take(message as SwitchMessage);
    },
    onClosed: () => {
      logger.warn({ switchId }, 'The switch is away');
    },
  });

  /** Calls that were answered while nobody looked, or before a restart, are followed from now on; those that are gone have ended. */
  const findCalls = async (): Promise<void> => {
    const all = await allDialogs(rpc);
    forgetFailed(new Set(all.map(({ id }) => id)));
    const dialogs = all.filter(({ isAnswered, legs }) => isAnswered && legs === 'asked');
    for (const { entry, dialog, startedAt, ...call } of dialogs) {
      places.set(call.id, { entry, dialog });
      live.add({ ...call, answeredAt: startedAt * 1_000, granted: call.seconds === 0 ? null : call.seconds });
    }
    const there = new Set(dialogs.map(({ id }) => id));
    for (const id of live.ids()) if (!there.has(id)) live.end(id);
  };
  const forgetFailed = (there: ReadonlySet<string>): void => {
    for (const [id, call] of routed) {
      if (there.has(id) || Date.now() - call.at < settledMs) continue;
      routed.delete(id);
      giveBack(releases, id, call);
    }
  };
  const look = setInterval(() => {
    if (!evapi.isConnected()) return;
    rpc('htable.get', ['ctl', 'epoch']).then(
      (got) => {
        if ((got as { item: { value: number } }).item.value === 0) onCome();
      },
      () => undefined,
    );
  }, lookEveryMs).unref();

  return {
    switchId,
    start: (callback) => {
      onCome = callback;
    },
    isConnected: evapi.isConnected,
    apply: async (command) => {
      await writeCommand(rpc, command);
      return cutCalls(rpc, command);
    },
    applyAll: async (commands) => {
      const missing = await writeDifference(rpc, commands);
      const callsCut = new Map<string, number>();
      for (const command of missing) callsCut.set(command.commandId, await cutCalls(rpc, command));
      await rpc('htable.seti', ['ctl', 'epoch', Math.floor(Date.now() / 1_000)]);
      await findCalls();
      return callsCut;
    },
    close: () => {
      clearInterval(look);
      live.stop();
      evapi.close();
      closeRpc();
      return Promise.resolve();
    },
  };
};

const vendorsIn = (text: string): Ask['vendors'] =>
  text.split(',').map((vendor) => {
    const [account = '', target = ''] = vendor.split('@');
    return { account, target };
  });

const answerOf = (verdict: Verdict): object => {
  if (verdict.do !== 'route') return verdict;
  const { vendor, seconds } = verdict;
  return { do: 'route', vendor: `${vendor.account}@${vendor.target}`, seconds: seconds ?? 0, legs: 'asked' };
};

import type { Switch } from '../switch';
import { writeCommand, writeDifference } from './blocked-table';
import { cutAll, cutCalls } from './cut-calls';
import { allDialogs, endDialog } from './dialogs';
import { connectEvapi } from './evapi';
import type { SwitchMessage } from './messages';
import { createRpc } from './rpc';
import type { Rpc } from './rpc';
import { createSwitchCalls } from './switch-calls';
import type { CallParts } from './switch-calls';

export type KamailioPlace = { switchId: string; rpcUrl: string; host: string; port: number };

/** A sign of life is not enough: a Kamailio that started anew between two of them has lost its tables. */
const lookEveryMs = 5_000;

/** A Kamailio with infra/kamailio/kamailio.cfg: its tables over JSON-RPC, its calls over evapi. */
export const connectKamailio = ({ switchId, rpcUrl, host, port }: KamailioPlace, parts: CallParts): Switch => {
  const { logger } = parts;
  const { rpc, close: closeRpc } = createRpc(rpcUrl);
  const calls = createSwitchCalls(parts, (message) => evapi.send(message));
  let onCome = (): void => undefined;

  const take = (message: SwitchMessage): void => {
    switch (message.event) {
      case 'hello':
        logger.info({ switchId, epoch: message.epoch }, 'The switch is there');
        onCome();
        return;
      case 'ask':
        void calls.decide(message);
        return;
      case 'late':
        calls.late(message.id);
        return;
      case 'answered':
      case 'ended':
      case 'failed':
        calls.follow(message);
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
  const look = setInterval(() => {
    if (evapi.isConnected())
      void epochOf(rpc).then((epoch) => {
        if (epoch === 0) onCome();
      });
  }, lookEveryMs).unref();

  return {
    switchId,
    start: (callback) => {
      onCome = callback;
    },
    isConnected: evapi.isConnected,
    apply: async (command) => {
      await writeCommand(rpc, command);
      return cutCalls(rpc, command, calls.hasNoLimit);
    },
    applyAll: async (commands) => {
      await writeDifference(rpc, commands);
      const dialogs = await allDialogs(rpc);
      for (const over of calls.find(dialogs)) await endDialog(rpc, over);
      const callsCut = await cutAll({ rpc, hasNoLimit: calls.hasNoLimit }, commands, dialogs);
      await rpc('htable.seti', ['ctl', 'epoch', Math.floor(Date.now() / 1_000)]);
      return callsCut;
    },
    figures: () => ({ ...calls.counts, live: calls.live.ids().length }),
    close: () => {
      clearInterval(look);
      calls.live.stop();
      evapi.close();
      closeRpc();
      return Promise.resolve();
    },
  };
};

/** 0 until a switch was given everything since its start; nothing where it does not answer. */
const epochOf = (rpc: Rpc): Promise<number | undefined> =>
  rpc('htable.get', ['ctl', 'epoch']).then(
    (got) => (got as { item: { value: number } }).item.value,
    () => undefined,
  );

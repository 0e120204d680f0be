import { randomUUID } from 'node:crypto';
import { webhookCommandAnswer, webhookFullSetAnswer, webhookState } from '@tollgate/contracts';
import type { Log } from '@tollgate/service-runtime';
import type { Switch } from '../switch';
import { createPoster } from './poster';

export type WebhookPlace = {
  switchId: string;
  url: string;
  /** Sent as the header of that name. */
  authorization?: string | undefined;
};

/** How soon a switch that was away, or that started anew and has nothing, is noticed. */
const lookEveryMs = 1_000;

/** A switch that is told by HTTP, and asks the ledger by itself before it routes: decisions/002-webhook.md says what it has to do. */
export const connectWebhook = ({ switchId, url, authorization }: WebhookPlace, logger: Log): Switch => {
  const { look, post, close } = createPoster(url, authorization);
  let epoch = '';
  let isConnected = false;
  let isClosed = false;
  let onCome = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;

  const check = async (): Promise<void> => {
    const asked = epoch;
    try {
      const state = await look(webhookState);
      if (!isConnected) logger.info({ switchId, epoch: state.epoch }, 'The switch is there');
      const hasCome = !isConnected || (state.epoch !== asked && asked === epoch);
      isConnected = true;
      if (hasCome) onCome();
    } catch (error) {
      if (isConnected) logger.warn({ switchId, error: String(error) }, 'The switch is away');
      isConnected = false;
    }
  };
  const watch = async (): Promise<void> => {
    await check();
    if (!isClosed) timer = setTimeout(() => void watch(), lookEveryMs);
  };

  return {
    switchId,
    start: (callback) => {
      onCome = callback;
      void watch();
    },
    isConnected: () => isConnected,
    apply: async (command) => (await post('command', { switchId, epoch, command }, webhookCommandAnswer)).callsCut,
    applyAll: async (commands) => {
      const next = randomUUID();
      const { callsCut } = await post('full-set', { switchId, epoch: next, commands }, webhookFullSetAnswer);
      epoch = next;
      return new Map(Object.entries(callsCut));
    },
    figures: () => undefined,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      close();
      return Promise.resolve();
    },
  };
};

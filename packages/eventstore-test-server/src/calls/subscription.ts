import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ReadResp } from '@eventstore/db-client/generated/streams_pb';
import type { StatusObject } from '@grpc/grpc-js';
import type { Faults } from '../faults';
import { consumerTooSlow } from '../wire/errors';
import type { Feed } from './feed';
import { fail, send, type ReadCall } from './sending';

/** The live events a subscription may be behind before it is dropped. */
const liveBuffer = 32;

export type Subscriptions = {
  open: (call: ReadCall, feed: Feed) => void;
  /** Hands what was appended to those that are live. */
  appended: () => void;
  /** Ends every one with this status, or in good order. */
  end: (status?: StatusObject) => void;
};

type Live = { appended: () => void; end: (status?: StatusObject) => void };

export const createSubscriptions = (faults: Faults): Subscriptions => {
  const live = new Set<Live>();

  const follow = async (call: ReadCall, feed: Feed): Promise<void> => {
    const id = new ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID());
    let isGoing = await send(call, new ReadResp().setConfirmation(id));
    for (let batch = feed.next(false); isGoing && batch; batch = feed.next(false))
      for (const message of batch) isGoing &&= await send(call, message);
    if (!isGoing) return;
    isGoing = await send(call, new ReadResp().setCaughtUp(new ReadResp.CaughtUp()));
    if (isGoing) goLive(call, feed);
  };

  const goLive = (call: ReadCall, feed: Feed): void => {
    const waiting: ReadResp[] = [];
    let isSending = false;
    let ending: StatusObject | 'ok' | undefined;

    const drain = async (): Promise<void> => {
      if (isSending) return;
      isSending = true;
      for (let message = waiting.shift(); message; message = waiting.shift()) {
        if (!(await send(call, message))) {
          stop();
          return;
        }
        await nextTurn();
      }
      isSending = false;
      if (ending === 'ok') call.end();
      else if (ending) fail(call, ending);
    };
    const stop = (): void => void live.delete(self);
    const finish = (how: StatusObject | 'ok'): void => {
      ending ??= how;
      stop();
      void drain();
    };
    const self: Live = {
      appended: () => {
        for (let batch = feed.next(true); batch; batch = feed.next(true)) {
          for (const message of batch) {
            if (waiting.length >= liveBuffer && faults.subscriptions !== 'keep') {
              finish(consumerTooSlow);
              return;
            }
            waiting.push(message);
          }
        }
        const failure = feed.failure();
        if (failure) finish(failure);
        else if (waiting.length > 0 && faults.subscriptions === 'drop-after-burst') finish(consumerTooSlow);
        else void drain();
      },
      end: (status) => finish(status ?? 'ok'),
    };
    live.add(self);
    for (const event of ['cancelled', 'close']) call.on(event, stop);
    self.appended();
  };

  return {
    open: (call, feed) => void follow(call, feed),
    appended: () => live.forEach((each) => each.appended()),
    end: (status) => live.forEach((each) => each.end(status)),
  };
};

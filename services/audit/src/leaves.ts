import { setTimeout as delay } from 'node:timers/promises';
import { logLine } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position } from '@tollgate/event-store';
import { hashBytes, leafHash } from '@tollgate/merkle';
import { follow } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import { bytesOfId, idBytes } from './event-id';

/** Lines of the log as leaves of its tree, in log order. */
export type LeafBatch = {
  count: number;
  /** Of the lines, one after another. */
  hashes: Uint8Array;
  /** Of their events, 16 bytes each. */
  ids: Uint8Array;
  /** The root of each block of leaves that is whole in the batch, one after another; where they are not known, none. */
  roots: Uint8Array;
  /** Where the log was read to. */
  position: Position;
  recordedAt: string;
};

/** Where the leaves of a tree end that was kept. */
export type LeafPlace = { size: number; position: Position | undefined };

/** Gives the leaves that come after a place, batch by batch, for ever; the next once one is taken. */
export type LeafSource = (from: LeafPlace, take: (batch: LeafBatch) => Promise<void>) => LeafFollowing;

export type LeafFollowing = {
  isCaughtUp(): boolean;
  /** Since when it is known to be behind; absent while it is caught up. */
  behindSince(): Date | undefined;
  /** Resolves when it has stopped on request; rejects if it cannot go on. */
  done: Promise<void>;
  stop(): Promise<void>;
};

type Parts = {
  log: EventLog<LogEvent>;
  /** Whether records wait for the log: then the leaves do too, for a while. */
  isBusy(): boolean;
  logger: Log;
};

const sliceEvents = 250;
const mostPatience = 10;
const patienceMs = 5;

/** By a subscription of any log, in this thread. */
export const subscribedLeaves =
  ({ log, isBusy, logger }: Parts): LeafSource =>
  ({ position: first }, take) => {
    let position = first;
    const following = follow({
      name: 'audit',
      log,
      prefixes: [''],
      position: () => position,
      apply: async ({ events }) => {
        for (let waited = 0; waited < mostPatience && isBusy(); waited += 1) await delay(patienceMs);
        const last = events.at(-1);
        if (last === undefined) return;
        const hashes = Buffer.alloc(events.length * hashBytes);
        const ids = Buffer.alloc(events.length * idBytes);
        events.forEach((event, index) => {
          hashes.set(leafHash(logLine(event)), index * hashBytes);
          ids.set(bytesOfId(event.eventId), index * idBytes);
        });
        const { recordedAt } = last;
        await take({
          count: events.length,
          hashes,
          ids,
          roots: Buffer.alloc(0),
          position: last.position,
          recordedAt,
        });
        position = last.position;
      },
      maxEvents: sliceEvents,
      logger,
    });
    return { ...following, behindSince: () => following.behind()?.since };
  };

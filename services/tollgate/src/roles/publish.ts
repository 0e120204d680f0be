import { Gauge } from '@tollgate/service-runtime';
import type { Registry } from '@tollgate/service-runtime';
import { relayReadiness, startRelays, waitingSeconds } from '../relays';
import type { Relays } from '../relays';
import { failureOf } from './part';
import type { Ground, Part } from './part';

/** Publishes decisions and rejected messages. */
export const startPublishing = async ({ kafka, log, shared, table, relays: folder, logger }: Ground): Promise<Part> => {
  if (kafka === undefined) throw new Error('nothing is published without a broker');
  const { client, topics, contact } = kafka;
  const relays = await startRelays({
    ...{ client, topics, log, shared, table, folder, logger },
    created: contact.done,
  });
  const running = Object.entries(relays.running);
  return {
    readiness: running.map(([name, output]) => ({
      name: `${name} relay`,
      check: () => relayReadiness(output, new Date()),
    })),
    observe: (registers) => {
      observeRelays(relays.running, registers);
    },
    failed: Promise.race(running.map(([, { done }]) => failureOf(done))),
    stop: relays.stop,
  };
};

const observeRelays = (relays: Relays['running'], registers: Registry[]): void => {
  new Gauge({
    name: 'tollgate_publisher_active',
    help: '1 while this process publishes; 0 while it stands by, or does not know whether it is the one to publish',
    registers,
    collect() {
      this.set(Object.values(relays).some((output) => output.standing() === 'active') ? 1 : 0);
    },
  });
  new Gauge({
    name: 'tollgate_relay_waiting_seconds',
    help: 'For how long messages have waited for the acknowledgement of the broker, or for a topic that lost some or is ahead of the log; 0 when none does',
    labelNames: ['relay'],
    registers,
    collect() {
      for (const [relay, output] of Object.entries(relays)) this.set({ relay }, waitingSeconds(output, new Date()));
    },
  });
};

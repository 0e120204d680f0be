import { followedTable } from '@tollgate/account-table/followed';
import { cloudEventHeaders, trafficCommandOf } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { OutgoingMessage } from '@tollgate/kafka';
import { clock, opening, paid, record, silent } from './judging.fixture';
import { startCutoffProjector } from './projector';
import { startTrafficRelay } from './traffic-relay';

test('publishes each decision as its command, in order, and nothing else', async () => {
  const log = createMemoryEventLog<LogEvent>();
  await record(log, [opening(), paid('p1')]);
  const { table, caughtUp, stop } = followedTable(log);
  const projector = startCutoffProjector({ log, table, clock, logger: silent, ready: caughtUp });
  await table.settled(2, 5_000);
  await projector.stop();
  stop();
  // Nobody writes this here; if it were there, it would be no command.
  const stray = { ...paid('stray'), eventId: 'stray' };
  await log.append([{ stream: 'cutoff-acme', expectedRevision: 1, events: [stray] }]);
  const published: OutgoingMessage[] = [];
  const publish = (messages: OutgoingMessage[]): Promise<void> => {
    published.push(...messages);
    return Promise.resolve();
  };
  const relay = startTrafficRelay({
    log,
    store: { position: () => undefined, store: () => undefined },
    topic: 'traffic',
    publish,
    logger: silent,
  });
  await relay.caughtUp;
  await relay.stop();
  const commands = log
    .events()
    .flatMap((event) =>
      event.type === 'TrafficBlocked' || event.type === 'TrafficUnblocked' ? [trafficCommandOf(event)] : [],
    );
  expect(commands.map(({ type }) => type)).toEqual(['BlockTraffic', 'UnblockTraffic']);
  expect(published).toEqual(
    commands.map((command) => ({
      topic: 'traffic',
      key: 'acme/inbound',
      value: JSON.stringify(command),
      headers: cloudEventHeaders(command),
    })),
  );
});

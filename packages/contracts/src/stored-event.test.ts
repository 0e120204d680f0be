import { UnknownEvent, storedEvents } from './index';
import type { LogEvent } from './index';

/** Codes stand in logs for ever: a line here may be added, never changed. */
const codes = {
  AccountOpened: 1,
  CutoffChanged: 2,
  PaymentRecorded: 3,
  UsageCharged: 4,
  BalanceAdjusted: 5,
  EntryReversed: 6,
  TrafficBlocked: 7,
  TrafficUnblocked: 8,
  MessageRejected: 9,
  InputLost: 10,
  ReservationPlaced: 11,
  ReservationExtended: 12,
  ReservationReleased: 13,
  ReservationExpired: 14,
  CommandAcknowledged: 15,
  SigningKeyChanged: 20,
  StatementClosed: 21,
} satisfies Record<LogEvent['type'], number>;
const names = Object.keys(codes) as LogEvent['type'][];

const receivedAt = '2026-01-31T12:00:00.000Z';
const data = { accountId: 'acme', currency: 'EUR' };

describe('stored events', () => {
  test.each(names)('%s has its code, and the code its name', (type) => {
    expect(storedEvents.codeOf(type)).toBe(codes[type]);
    expect(storedEvents.typeOf(codes[type])).toBe(type);
  });

  test.each(names)('%s of today is what was written', (type) => {
    const metadata = { source: { receivedAt }, line: 3 };
    const version = storedEvents.versionOf(type);
    expect(version).toBe(1);
    expect(storedEvents.decode({ type, version, data, metadata })).toEqual({ type, data, metadata });
  });

  test('version 0 of an account event has the time of receipt where the source stands now', () => {
    const reversed = { direction: 'inbound', amount: '7' };
    expect(
      storedEvents.decode({ type: 'EntryReversed', version: 0, data, metadata: { receivedAt, reversed } }),
    ).toEqual({ type: 'EntryReversed', data, metadata: { source: { receivedAt }, reversed } });
  });

  test.each(['TrafficBlocked', 'TrafficUnblocked', 'MessageRejected'])('version 0 of %s is as today', (type) => {
    expect(storedEvents.decode({ type, version: 0, data, metadata: {} })).toEqual({ type, data, metadata: {} });
  });

  test.each([
    ['PaymentSplit', 1, 'an event of type PaymentSplit'],
    ['constructor', 1, 'an event of type constructor'],
    ['UsageCharged', 2, 'an event of type UsageCharged in version 2'],
    ['UsageCharged', -1, 'an event of type UsageCharged in version -1'],
    ['UsageCharged', 0.5, 'an event of type UsageCharged in version 0.5'],
  ])('%s in version %d is refused by its name, with what to do', (type, version, named) => {
    const decode = () => storedEvents.decode({ type, version, data, metadata: {} });
    expect(decode).toThrow(UnknownEvent);
    expect(decode).toThrow(
      `the log holds ${named}, which this version of Tollgate does not know: a newer one wrote it; start that one, or a newer one, on this log`,
    );
  });

  test('a code that no type has is refused', () => {
    expect(() => storedEvents.typeOf(0)).toThrow('an event of type code 0');
    expect(() => storedEvents.typeOf(99)).toThrow(UnknownEvent);
  });
});

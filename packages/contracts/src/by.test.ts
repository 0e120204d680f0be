import { by } from './by';
import { byOf } from './index';

const receivedAt = '2026-01-31T12:00:00.000Z';

describe('where a record came from', () => {
  test('a request is named by its id, a message by its place', () => {
    expect(byOf({ source: { receivedAt, channel: { http: 'k3f9-1' } } })).toEqual({ channel: { http: 'k3f9-1' } });
    expect(byOf({ source: { receivedAt, channel: { kafka: { topic: 't', partition: 3 } } }, offset: '90417' })).toEqual(
      { channel: { kafka: { topic: 't', partition: 3, offset: '90417' } } },
    );
  });

  test('what a client says of itself stands apart', () => {
    const channel = { http: 'k3f9-1' };
    const source = { receivedAt, channel, claimed: { file: 'calls.csv', actor: 'ops' } };
    const told = byOf({ source, line: 18 });
    expect(told).toEqual({ channel, claimed: { file: 'calls.csv', line: 18, actor: 'ops' } });
    expect(by.parse(told)).toEqual(told);
    expect(byOf({ source: { receivedAt, channel }, line: 18 })).toEqual({ channel, claimed: { line: 18 } });
    expect(JSON.stringify(byOf({ source: { receivedAt, channel, claimed: { actor: 'ops' } } }))).toBe(
      '{"channel":{"http":"k3f9-1"},"claimed":{"actor":"ops"}}',
    );
  });

  test('nothing is said of what was recorded before it was kept', () => {
    expect(byOf({ source: { receivedAt } })).toBeUndefined();
  });

  test('a message without an offset is a broken invariant', () => {
    const source = { receivedAt, channel: { kafka: { topic: 't', partition: 3 } } };
    expect(() => byOf({ source })).toThrow('no offset');
  });
});

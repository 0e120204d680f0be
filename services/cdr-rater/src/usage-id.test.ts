import { parseCdr } from '@tollgate/contracts';
import { call } from './partners.fixture';
import { usageIdOf } from './usage-id';

test.each([
  ['sbc1-8f3a71', 'inbound', 'sbc1-8f3a71/in'],
  ['sbc1-8f3a71', 'outbound', 'sbc1-8f3a71/out'],
  ['a b', 'inbound', 'sha256:c8687a08aa5d6ed2044328fa6a697ab8e96dc34291e8c2034ae8c38e6fcc6d65/in'],
] as const)('the usage of %s %s is %s', (cdrId, leg, expected) => {
  expect(usageIdOf(cdrId, leg)).toBe(expected);
});

test('an id that would leave no room to be rated again is a hash, another one for another id', () => {
  const [fits, long, longer] = ['x'.repeat(117), 'x'.repeat(118), 'x'.repeat(119)];
  expect(usageIdOf(fits, 'inbound')).toBe(`${fits}/in`);
  expect(usageIdOf(fits, 'outbound')).toMatch(/^sha256:[0-9a-f]{64}\/out$/);
  expect(usageIdOf(long, 'inbound')).toMatch(/^sha256:[0-9a-f]{64}\/in$/);
  expect(usageIdOf(long, 'inbound')).not.toBe(usageIdOf(longer, 'inbound'));
});

test('ids that differ only in half of a surrogate pair used to share the id of their usage: they are no ids', () => {
  expect(usageIdOf('\ud800', 'inbound')).toBe(usageIdOf('\udbff', 'inbound'));
  for (const cdrId of ['\ud800', 'a\udbff', '\udc00\ud800'])
    expect(parseCdr({ ...call, cdrId })).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^cdrId: must be well-formed Unicode/) as unknown,
    });
  expect(parseCdr({ ...call, cdrId: '\ud83d\ude00' })).toMatchObject({ ok: true });
});

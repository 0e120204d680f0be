import fc from 'fast-check';
import { parseCdr, recordKinds } from '@tollgate/contracts';
import { rateCdr } from './index';
import { call, partnersWith } from './partners.fixture';

const partners = partnersWith();
const of = (fields: object) => rateCdr(partners, { ...call, ...fields });

test('both legs of a call are usage: of its originator inbound, of its terminator outbound', () => {
  const attributes = { trunk: 'ams-3', authorizationInbound: 'a-in', authorizationOutbound: 'a-out' };
  const common = {
    ...{ currency: 'EUR', callId: 'x', caller: '+31201234567', callee: '+442079460000' },
    ...{ startedAt: '2026-01-31T12:00:00Z', endedAt: '2026-01-31T12:00:30.500Z', durationSeconds: 30.5 },
  };
  expect(of({ attributes })).toEqual({
    usages: [
      {
        ...common,
        ...{ usageId: 'c1/in', accountId: 'acme', direction: 'inbound', amount: '0.31' },
        ...{ attributes: { trunk: 'ams-3', cdrId: 'c1', prefix: '44' }, authorizationId: 'a-in' },
      },
      {
        ...common,
        ...{ usageId: 'c1/out', accountId: 'globex', direction: 'outbound', amount: '0.13' },
        ...{ attributes: { trunk: 'ams-3', cdrId: 'c1', prefix: '4' }, authorizationId: 'a-out' },
      },
    ],
    unrated: [],
  });
});

test('a call from an account to itself is two legs of it, each with its own id, price and authorisation', () => {
  const acme = { ...partners.get('acme'), ...partners.get('globex') };
  const attributes = { authorizationInbound: 'a-in', authorizationOutbound: 'a-out' };
  const { usages, unrated } = rateCdr(new Map([['acme', acme]]), { ...call, terminator: 'acme', attributes });
  expect(unrated).toEqual([]);
  expect(usages).toMatchObject([
    { usageId: 'c1/in', accountId: 'acme', direction: 'inbound', amount: '0.31', authorizationId: 'a-in' },
    { usageId: 'c1/out', accountId: 'acme', direction: 'outbound', amount: '0.13', authorizationId: 'a-out' },
  ]);
});

test.each([
  ['the price of the instant it was answered', { startedAt: '2026-02-01T00:00:00Z' }, '0.62'],
  ['not a millisecond later', { startedAt: '2026-01-31T23:59:59.999Z' }, '0.31'],
  ['a second that has begun', { durationMs: 1 }, '0.01'],
  ['nothing where nobody answered, which still settles what was held', { durationMs: 0 }, '0'],
  ['nothing where calls are free', { callee: '8001' }, '0'],
])('a call costs %s', (_what, fields, amount) => {
  expect(of({ ...fields, legs: ['inbound'] }).usages).toMatchObject([{ amount }]);
});

test('a minimum counts for what is not free, before the one rounding', () => {
  const terms = { rounding: { mode: 'down', digits: 2 }, minimumCharge: '0.055' } as const;
  const amounts = [{ durationMs: 1_000 }, { durationMs: 10_000 }, { durationMs: 0 }, { callee: '8001' }].map(
    (fields) => rateCdr(partnersWith('0.6', terms), { ...call, ...fields, legs: ['inbound'] }).usages[0]?.amount,
  );
  expect(amounts).toEqual(['0.05', '0.1', '0', '0']);
});

test.each([
  ['NO_PARTNER', { originator: 'nobody' }, "the rater's configuration has no account nobody"],
  ['NO_DECK', { originator: 'globex' }, 'account globex has no deck for calls inbound'],
  ['NO_PRICE', { callee: '+4930' }, 'deck acme-in has no price for +4930 at 2026-01-31T12:00:00Z'],
  ['BARRED', { callee: '+44901' }, 'deck acme-in bars 4490, and a call to +44901 took place at 2026-01-31T12:00:00Z'],
])('%s keeps one leg unrated, and the other is charged', (reason, fields, detail) => {
  const { usages, unrated } = of(fields);
  expect(unrated).toEqual([{ reason, detail, leg: 'inbound' }]);
  expect(usages.map(({ usageId }) => usageId)).toEqual(['c1/out']);
});

test('whatever CDR is accepted, its usage is accepted by the ledger, and is the same each time', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 500 });
  const cdrs = fc.record(
    {
      cdrId: fc.string({ minLength: 1, maxLength: 1_000 }),
      callId: text,
      originator: fc.constantFrom('acme', 'nobody'),
      terminator: fc.constantFrom('globex', 'acme'),
      caller: text,
      callee: fc.oneof(text, fc.constantFrom('+442', '800', '4490')),
      startedAt: fc
        .date({ min: new Date(0), max: new Date('9000-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString()),
      durationMs: fc.integer({ min: 0, max: 400 * 86_400_000 }),
      legs: fc.subarray(['inbound', 'outbound'] as const),
      attributes: fc.dictionary(fc.string({ maxLength: 130 }), fc.string({ maxLength: 1_100 }), { maxKeys: 70 }),
    },
    { requiredKeys: ['cdrId', 'originator', 'terminator', 'callee', 'startedAt', 'durationMs'] },
  );
  let accepted = 0;
  fc.assert(
    fc.property(cdrs, (body) => {
      const parsed = parseCdr(body);
      if (!parsed.ok) return;
      accepted += 1;
      const { usages } = rateCdr(partners, parsed.value);
      expect(usages.map((usage) => recordKinds.usage(usage)).filter(({ ok }) => !ok)).toEqual([]);
      expect(rateCdr(partnersWith(), parsed.value).usages).toEqual(usages);
    }),
  );
  expect(accepted).toBeGreaterThan(10);
});

import fc from 'fast-check';
import type { RecordCommand, Rejection } from '@tollgate/balance';
import { problemOf } from '@tollgate/contracts';
import { accountAnswerOf, lineAnswerOf, recordAnswerOf } from './answer';
import type { Forecast, Outcome } from './intent';

const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
const id = fc.oneof(
  fc.array(printable, { minLength: 1, maxLength: 128 }).map((characters) => characters.join('')),
  fc.constantFrom('"', '\\', '\\"', '"u', 'a\\n', '</script>'),
);
const accountId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const common = { direction: 'inbound', amount: '1', currency: 'EUR' } as const;
const said = { reason: 'r', actor: 'a' };

const kinds = [
  [
    'payment',
    (own, account): RecordCommand => ({
      type: 'RecordPayment',
      data: { paymentId: own, accountId: account, ...common },
    }),
  ],
  [
    'usage',
    (own, account): RecordCommand => ({ type: 'ChargeUsage', data: { usageId: own, accountId: account, ...common } }),
  ],
  [
    'adjustment',
    (own, account): RecordCommand => ({
      type: 'AdjustBalance',
      data: { adjustmentId: own, accountId: account, ...common, ...said },
    }),
  ],
  [
    'reversal',
    (own, account): RecordCommand => ({
      type: 'ReverseEntry',
      data: { reversalId: own, accountId: account, of: { kind: 'usage', id: 'u' }, ...said },
    }),
  ],
] as const satisfies [string, (own: string, account: string) => RecordCommand][];

const recorded = fc.record({
  status: fc.constant('recorded' as const),
  isDuplicate: fc.boolean(),
  revision: fc.nat(Number.MAX_SAFE_INTEGER),
  position: fc.bigInt({ min: 1n, max: 2n ** 63n }),
});

describe('an answer put together from pieces is the text that JSON.stringify makes of it', () => {
  test.each(kinds)('for a %s, alone and as a line', (kind, commandOf) => {
    fc.assert(
      fc.property(id, accountId, recorded, (own, account, outcome) => {
        const { isDuplicate, revision, position } = outcome;
        const status = isDuplicate ? 200 : 201;
        const body = {
          accountId: account,
          kind,
          id: own,
          duplicate: isDuplicate,
          revision,
          position: String(position),
        };
        expect(recordAnswerOf(commandOf(own, account), outcome)).toEqual({ status, text: JSON.stringify(body) });
        expect(lineAnswerOf(commandOf(own, account), outcome)).toBe(JSON.stringify({ status, ...body }));
      }),
    );
  });

  test.each(kinds)('for the forecast of a %s', (kind, commandOf) => {
    fc.assert(
      fc.property(id, accountId, (own, account) => {
        const outcome: Forecast = { status: 'acceptable' };
        const body = { accountId: account, kind, id: own, duplicate: false };
        expect(recordAnswerOf(commandOf(own, account), outcome)).toEqual({ status: 201, text: JSON.stringify(body) });
        expect(lineAnswerOf(commandOf(own, account), outcome)).toBe(JSON.stringify({ status: 201, ...body }));
      }),
    );
  });

  test('for a refusal, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.object(), { nil: undefined }), (detail, existing) => {
        const rejection: Rejection = { code: 'ID_CONFLICT', detail, ...(existing && { existing, received: existing }) };
        const outcome: Outcome = { status: 'rejected', rejection };
        const command = kinds[1][1]('u', 'acme');
        const problem = problemOf(rejection);
        expect(recordAnswerOf(command, outcome)).toEqual({ status: 409, text: JSON.stringify(problem) });
        expect(lineAnswerOf(command, outcome)).toEqual(problem);
      }),
    );
  });

  test('for an account: 201 when it is opened, 200 when it was, and 200 for a rule', () => {
    const outcome = { status: 'recorded', isDuplicate: false, revision: 0, position: 12n } as const;
    const opening = { type: 'OpenAccount', data: { accountId: 'acme', currency: 'EUR' } } as const;
    const rule = { type: 'ChangeCutoff', accountId: 'acme', data: { balances: [] } } as const;
    const text = '{"accountId":"acme","duplicate":false,"revision":0,"position":"12"}';
    expect(accountAnswerOf(opening, outcome)).toEqual({ status: 201, text });
    expect(accountAnswerOf(rule, outcome)).toEqual({ status: 200, text });
    expect(accountAnswerOf(opening, { ...outcome, isDuplicate: true })).toEqual({
      status: 200,
      text: text.replace('false', 'true'),
    });
  });
});

import type { z } from 'zod';
import { accountOpening, adjustment, cutoffSetting, payment, reversal, usage } from './index';
import * as example from './examples';

/** Bodies as JSON texts, so that a test holds exactly what a caller can send: `__proto__` keys and 1e999 too. */
export const schemas = { payment, usage, adjustment, reversal, accountOpening, cutoffSetting } satisfies Record<
  string,
  z.ZodType
>;
export type SchemaName = keyof typeof schemas;
export const schemaNames: SchemaName[] = [
  'payment',
  'usage',
  'adjustment',
  'reversal',
  'accountOpening',
  'cutoffSetting',
];

export const documented: Record<SchemaName, object> = {
  payment: example.paymentExample,
  usage: example.usageExample,
  adjustment: example.adjustmentExample,
  reversal: example.reversalExample,
  accountOpening: example.openingExample,
  cutoffSetting: example.cutoffExample,
};

/** The documented body with one field set to a JSON text. */
export const withField = (name: SchemaName, field: string, json: string): string => {
  const others = Object.entries(documented[name]).filter(([key]) => key !== field);
  return `{${[...others.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`), `${JSON.stringify(field)}:${json}`].join()}}`;
};

const fields = (names: SchemaName[], field: string, jsons: string[]): [SchemaName, string, string][] =>
  names.flatMap((name) => jsons.map((json): [SchemaName, string, string] => [name, field, json]));

const records: SchemaName[] = ['payment', 'usage', 'adjustment', 'reversal'];
const entries: SchemaName[] = ['payment', 'usage', 'adjustment'];
const notText = ['1', 'true', 'null', '[]', '{}'];
const noAmounts = [
  '""',
  '"1e3"',
  '"0x10"',
  '"NaN"',
  '"Infinity"',
  '"01"',
  '"1."',
  '".5"',
  '"+1"',
  '" 1"',
  '"1 "',
  '"1,5"',
  '"1\\n"',
];
const tooManyDigits = ['"1000000000000000000"', '"0.00000000001"', '"1.00000000000"'];
const noIds = ['""', '"a b"', '"é"', '"a\\n"', '"a\\u0000"', `"${'x'.repeat(129)}"`];
const noAccountIds = ['""', '"-acme"', '".acme"', '"acme/1"', '"a b"', '"é"', '"acme\\n"', `"${'x'.repeat(65)}"`];
const noInstants = [
  '"2026-01-31"',
  '"2026-01-31T12:00:00"',
  '"2026-01-31T12:00:00+00:01"',
  '"2026-01-31T12:00:00+0000"',
  '"2026-01-31T12:00:00 00:00"',
  '"2026-01-31T12:00:00-05:00"',
  '"2026-01-31t12:00:00z"',
  '"2026-01-31 12:00:00Z"',
  '"2026-02-30T12:00:00Z"',
  '"2026-02-29T12:00:00Z"',
  '"1900-02-29T12:00:00Z"',
  '"2026-04-31T12:00:00Z"',
  '"2026-13-01T12:00:00Z"',
  '"2026-00-01T12:00:00Z"',
  '"2026-01-00T12:00:00Z"',
  '"2026-01-32T12:00:00Z"',
  '"2026-01-31T24:00:00Z"',
  '"2026-01-31T12:60:00Z"',
  '"2026-01-31T12:00:60Z"',
  '"2026-01-31T12:00:00.Z"',
  '"2026-01-31T12:00:00.1234567890Z"',
  '"+002026-01-31T12:00:00Z"',
  '"2026-01-31T12:00:00Z\\n"',
];

/** What every reader of the contract refuses: ours, and anyone's who checks with the published schemas. */
export const refusedFields: [SchemaName, string, string][] = [
  ...fields(schemaNames, 'vat', ['"21"', 'null']),
  ...fields(entries, 'amount', [...notText, ...noAmounts, ...tooManyDigits, '"--1"']),
  ...fields(['payment', 'usage'], 'amount', ['"-1"', '"-0"']),
  ...fields(['payment'], 'amount', ['"0"', '"0.0"', '"0.0000000000"']),
  ...fields(['adjustment'], 'amount', ['"0"', '"-0"', '"-0.00"']),
  ...fields([...records, 'accountOpening'], 'accountId', [...notText, ...noAccountIds]),
  ...fields(['payment'], 'paymentId', [...notText, ...noIds]),
  ...fields(['usage'], 'usageId', [...notText, ...noIds]),
  ...fields(['adjustment'], 'adjustmentId', [...notText, ...noIds]),
  ...fields(['reversal'], 'reversalId', [...notText, ...noIds]),
  ...fields(entries, 'direction', [...notText, '"Inbound"', '"both"', '"mutual"']),
  ...fields([...entries, 'accountOpening'], 'currency', [...notText, '"eur"', '"EURO"', '"€"', '"EU"', '"EUR\\n"']),
  ...fields(['payment'], 'paidAt', [...notText, ...noInstants]),
  ...fields(['usage'], 'startedAt', noInstants),
  ...fields(['usage'], 'endedAt', noInstants),
  ...fields(['usage'], 'ratedAt', noInstants),
  ...fields(['usage'], 'durationSeconds', ['-1', '-0.001', '"60"', 'null']),
  ...fields(['usage'], 'attributes', ['[]', 'null', '"x"', '{"k":1}', '{"k":null}', '{"k":{}}', '{"":"x"}']),
  ...fields(['usage'], 'attributes', [
    JSON.stringify({ k: 'x'.repeat(1_001) }),
    JSON.stringify({ ['k'.repeat(129)]: 'x' }),
  ]),
  ...fields(['usage'], 'attributes', [
    JSON.stringify(Object.fromEntries(Array.from({ length: 65 }, (_, index) => [index, 'x']))),
  ]),
  ...fields(['usage'], 'callId', [...notText, JSON.stringify('x'.repeat(501))]),
  ...fields(['adjustment', 'reversal'], 'reason', [...notText, '""', JSON.stringify('x'.repeat(501))]),
  ...fields(['adjustment', 'reversal'], 'actor', [...notText, '""', JSON.stringify('x'.repeat(501))]),
  ...fields(['reversal'], 'of', [
    ...notText,
    '{"kind":"payment"}',
    '{"id":"p1"}',
    '{"kind":"reversal","id":"r1"}',
    '{"kind":"payment","id":"a b"}',
    '{"kind":"payment","id":"p1","more":1}',
  ]),
  ...fields(['accountOpening'], 'name', [...notText, '""', JSON.stringify('x'.repeat(201))]),
  ...fields(['accountOpening'], 'cutoff', ['[]', 'null', '{}', '{"balances":["inbound"],"more":1}']),
  ...fields(['cutoffSetting'], 'balances', [
    'null',
    '{}',
    '"inbound"',
    '["both"]',
    '["inbound","inbound"]',
    '["inbound","outbound","mutual","inbound"]',
  ]),
  ...fields(['cutoffSetting'], 'creditLimits', [
    'null',
    '[]',
    '{"both":"1"}',
    '{"inbound":1}',
    '{"inbound":"-1"}',
    '{"inbound":"1e3"}',
  ]),
  ...fields(['cutoffSetting'], 'mutualFormula', [...notText, '"inbound-minus-inbound"']),
];

/** What every reader accepts, at the edges of the rules. */
export const acceptedFields: [SchemaName, string, string][] = [
  ...fields(entries, 'amount', ['"999999999999999999.9999999999"', '"0.0000000001"', '"1.50"', '"1"']),
  ...fields(['usage'], 'amount', ['"0"', '"0.00"']),
  ...fields(['adjustment'], 'amount', ['"-0.0000000001"', '"-999999999999999999.9999999999"']),
  ...fields(records, 'accountId', ['"A"', '"0"', '"a.b_c-D"', `"${'x'.repeat(64)}"`]),
  ...fields(['payment'], 'paymentId', ['"!"', '"~"', '"a/b:c#d"', `"${'x'.repeat(128)}"`, '"__proto__"']),
  ...fields(['payment'], 'paidAt', [
    '"2028-02-29T00:00:00Z"',
    '"2000-02-29T23:59:59Z"',
    '"2026-02-28T00:00:00Z"',
    '"2026-04-30T00:00:00.1Z"',
    '"2026-12-31T23:59:59.999999999Z"',
    '"2026-12-31T23:59:59+00:00"',
    '"2026-12-31T23:59:59.5-00:00"',
  ]),
  ...fields(['payment'], 'reference', ['""', JSON.stringify('x'.repeat(500)), '"é€\u{1f600}"']),
  ...fields(['usage'], 'durationSeconds', ['0', '0.25', '1e9']),
  ...fields(['usage'], 'attributes', [
    '{}',
    '{"constructor":"x"}',
    JSON.stringify({ ['k'.repeat(128)]: 'x'.repeat(1_000) }),
  ]),
  ...fields(['usage'], 'attributes', [
    JSON.stringify(Object.fromEntries(Array.from({ length: 64 }, (_, index) => [index, '']))),
  ]),
  ...fields(['cutoffSetting'], 'balances', ['[]', '["mutual","outbound","inbound"]']),
  ...fields(['cutoffSetting'], 'creditLimits', [
    '{}',
    '{"inbound":"0"}',
    '{"inbound":"1","outbound":"2.5","mutual":"0.0"}',
  ]),
];

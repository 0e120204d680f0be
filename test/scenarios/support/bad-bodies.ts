import type { Fields } from './api';

/** A payment that is as it should be; with other fields, or without some (undefined). */
export const goodPayment = (fields: Record<string, unknown> = {}): Fields => ({
  paymentId: 'bad',
  accountId: 'victim',
  direction: 'inbound',
  amount: '1',
  currency: 'EUR',
  ...fields,
});

export const goodUsage = (fields: Record<string, unknown> = {}): Fields => ({
  usageId: 'bad',
  accountId: 'victim',
  direction: 'inbound',
  amount: '1',
  currency: 'EUR',
  ...fields,
});

export type BadBody = {
  name: string;
  kind: 'payment' | 'usage';
  bytes: string | Buffer;
  code: string;
  status: number;
  /** What the answer must name. */
  names: string;
};

const invalid = { code: 'INVALID_REQUEST', status: 400 } as const;

const badAmounts: unknown[] = [
  '1e3',
  '0x10',
  'NaN',
  'Infinity',
  '01',
  '00',
  '.5',
  '5.',
  '+1',
  '-1',
  ' 1',
  '1 ',
  '1\n',
  '1,5',
  '1_000',
  '',
  '0',
  '0.0000000000',
  '1.00000000000',
  '1000000000000000000',
  '9'.repeat(10_000),
  '١',
  10,
  1e21,
  -1,
  null,
  true,
  ['1'],
  { value: '1' },
];

const short = (value: unknown): string => JSON.stringify(value).slice(0, 40);

const withField = (kind: 'payment' | 'usage', field: string, values: readonly unknown[]): BadBody[] =>
  values.map((value) => ({
    name: `${field} ${short(value)} in a ${kind}`,
    kind,
    bytes: JSON.stringify((kind === 'payment' ? goodPayment : goodUsage)({ [field]: value })),
    names: field,
    ...invalid,
  }));

const without = (field: string): BadBody => ({
  name: `no ${field}`,
  kind: 'payment',
  bytes: JSON.stringify(goodPayment({ [field]: undefined })),
  names: field,
  ...invalid,
});

const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

const good = JSON.stringify(goodPayment());

const broken: BadBody[] = (
  [
    ['nothing', '', 'body'],
    ['half a body', good.slice(0, 30), 'JSON'],
    ['two bodies', good + good, 'JSON'],
    ['a trailing comma', good.replace('}', ',}'), 'JSON'],
    ['single quotes', good.replaceAll('"', "'"), 'JSON'],
    ['NaN as a JSON number', good.replace('"1"', 'NaN'), 'JSON'],
    ['a list', `[${good}]`, 'object'],
    ['null', 'null', 'object'],
    ['a string', '"payment"', 'object'],
    ['a number', '42', 'object'],
    ['a NUL byte', `${good}\0`, 'JSON'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'UTF-8'],
    [
      'a lone half of a surrogate in UTF-8',
      Buffer.concat([Buffer.from('{"paymentId":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
      'UTF-8',
    ],
    ['an unknown field', good.replace('}', ',"vat":"0.2"}'), 'vat'],
    ['a __proto__ key', good.replace('}', ',"__proto__":{"amount":"9"}}'), '__proto__'],
    ['a constructor key', good.replace('}', ',"constructor":{"prototype":{}}}'), 'constructor'],
    ['100,000 levels of nesting', nested(100_000), ''],
    [
      '10,000 unknown fields',
      JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${String(i)}`, i]))),
      'too large',
    ],
  ] as const
).map(([name, bytes, names]) => ({ name, kind: 'payment', bytes, names, ...invalid }));

/** Bodies that must be refused, by HTTP and by Kafka alike. */
export const badBodies: BadBody[] = [
  ...broken,
  ...withField('payment', 'amount', badAmounts),
  ...withField('usage', 'amount', ['-0', '-1', '1e3', 1, '1.00000000001']),
  ...['paymentId', 'accountId', 'direction', 'amount', 'currency'].map(without),
  ...withField('payment', 'paymentId', ['', ' ', 'a b', 'é', 'x'.repeat(129), 7, null]),
  ...withField('payment', 'accountId', [
    '',
    '.hidden',
    '../up',
    'a/b',
    'a b',
    'x'.repeat(65),
    'é',
    5,
    null,
    '__proto__',
  ]),
  ...withField('payment', 'direction', ['INBOUND', 'both', '', null, ['inbound']]),
  ...withField('payment', 'currency', ['eur', 'EURO', 'E1R', '', null, 978]),
  ...withField('payment', 'paidAt', [
    'yesterday',
    '2026-02-30T00:00:00Z',
    '2026-01-31T12:00:00+02:00',
    '2026-01-31',
    '2026-01-31T24:00:00Z',
    1_769_860_800,
    null,
  ]),
  ...withField('payment', 'reference', [7, null, 'x'.repeat(501)]),
  ...withField('usage', 'durationSeconds', [-1, '60', null]),
  ...withField('usage', 'attributes', [[], 'a', { codec: 7 }, { nested: { a: 'b' } }, null]),
  {
    name: 'an attribute __proto__',
    kind: 'usage',
    bytes: JSON.stringify(goodUsage()).replace('}', ',"attributes":{"__proto__":"x"}}'),
    names: 'attributes',
    ...invalid,
  },
  {
    name: 'an account nobody opened',
    kind: 'payment',
    bytes: JSON.stringify(goodPayment({ accountId: 'nobody' })),
    code: 'ACCOUNT_NOT_FOUND',
    status: 404,
    names: 'nobody',
  },
  {
    name: 'an account called constructor',
    kind: 'usage',
    bytes: JSON.stringify(goodUsage({ accountId: 'constructor' })),
    code: 'ACCOUNT_NOT_FOUND',
    status: 404,
    names: 'constructor',
  },
  {
    name: 'another currency',
    kind: 'payment',
    bytes: JSON.stringify(goodPayment({ currency: 'USD' })),
    code: 'CURRENCY_MISMATCH',
    status: 422,
    names: 'currency',
  },
  {
    name: 'other content under an id',
    kind: 'payment',
    bytes: JSON.stringify(goodPayment({ paymentId: 'first', amount: '6' })),
    code: 'ID_CONFLICT',
    status: 409,
    names: 'first',
  },
];

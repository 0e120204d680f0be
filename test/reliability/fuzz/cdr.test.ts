import { messagesFor } from '@tollgate/cdr-rater';
import { parseJson, recordKinds } from '@tollgate/contracts';
import asyncApi from '@tollgate/contracts/asyncapi.json';
import { readDeck } from '@tollgate/rating';
import { Random } from '../random';
import { mutate } from './mutate';
import { createValues } from './schema-values';

const seed = 1;
const inputs = 5_000;
const head = 'prefix,currency,perMinute,connectFee,initialSeconds,incrementSeconds,barred\n';
const rating = {
  name: 'retail',
  deck: readDeck(`${head}4,EUR,0.6,0.01,30,6,\n44,EUR,0.3,,1,1,\n449,EUR,,,,,true\n1,EUR,0,,1,1,\n`),
  terms: { rounding: { mode: 'half-even', digits: 4 }, minimumCharge: '0.01' },
} as const;
const accounts = ['acme', 'globex'];
const parts = {
  partners: new Map(accounts.map((account) => [account, { inbound: rating, outbound: rating }])),
  topics: { usage: 'usage', unrated: 'unrated' },
  receivedAt: '2026-01-31T12:00:00.000Z',
};

type Sent = { topic: string; value: string };

/** CDRs as the document allows them, most of them spoilt, and now and then something that has a price. */
const createCdrs = (random: Random) => {
  const schemas = asyncApi.components.schemas as Record<string, object>;
  const { valueOf } = createValues(schemas, random, seed);
  const valid = (): object => {
    const cdr = valueOf(schemas['Cdr'] ?? {}) as Record<string, unknown>;
    if (random.isLucky(0.8))
      Object.assign(cdr, { originator: random.oneOf(accounts), terminator: random.oneOf(accounts) });
    if (random.isLucky(0.7)) cdr['callee'] = random.oneOf(['+44', '+442079460000', '449', '15550001', '99', '+4']);
    if (Number(cdr['durationMs']) > 86_400_000) cdr['durationMs'] = random.below(86_400_000);
    if ('legs' in cdr) cdr['legs'] = random.oneOf([['inbound'], ['outbound'], ['inbound', 'outbound']]);
    if (random.isLucky(0.05))
      cdr['startedAt'] = random.oneOf(['9999-12-30T00:00:00.999999999Z', '0000-01-01T00:00:00Z']);
    return cdr;
  };
  return (): { isValid: boolean; value: Buffer | null } => {
    if (random.isLucky(0.01)) return { isValid: false, value: null };
    const cdr = valid();
    return random.isLucky(0.4)
      ? { isValid: true, value: Buffer.from(JSON.stringify(cdr)) }
      : { isValid: false, value: mutate(cdr, random) };
  };
};

test(`${String(inputs)} CDRs, most of them wrong: each leg is usage that the ledger takes, or is kept with its reason, and always the same`, () => {
  const next = createCdrs(new Random(seed));
  const seen = { usage: 0, unrated: 0, refused: 0 };
  for (let offset = 0; offset < inputs; offset += 1) {
    const { isValid, value } = next();
    const message = {
      topic: 'cdr',
      partition: 0,
      offset: String(offset),
      key: null,
      value,
      headers: {},
    };
    const rated = messagesFor(parts, message);
    expect(messagesFor(parts, message)).toEqual(rated);
    const outgoing = rated.outgoing as Sent[];
    for (const { topic, value: text } of outgoing) {
      const body = JSON.parse(text) as { reason?: string; leg?: string };
      if (topic === 'unrated') {
        seen.unrated += 1;
        if (isValid) expect(body).toHaveProperty('leg');
        if (body.reason === 'INVALID_REQUEST') seen.refused += 1;
        continue;
      }
      seen.usage += 1;
      const json = parseJson(Buffer.from(text));
      const usage = json.ok ? recordKinds.usage(json.value) : json;
      expect(usage.ok ? '' : `${usage.detail} of ${String(value)}`).toBe('');
    }
    const legs = outgoing.length;
    if (isValid) expect([1, 2]).toContain(legs);
    else expect(legs).toBeGreaterThan(0);
  }
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(500);
});

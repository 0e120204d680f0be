import { randomInt } from 'node:crypto';
import type { Fields } from './api';
import { balancesOf, limitOf } from './oracle';
import type { Call, Message, Oracle } from './oracle';

/** A message, or bytes that are none: then `garbage` is what is sent and the answer must be 400 INVALID_REQUEST. */
export type Random = Message & { garbage?: string };

/** `MODEL_SEED=n` replays a run. */
export const modelSeed = (): number => {
  const given = process.env['MODEL_SEED'];
  return given === undefined ? randomInt(1_000_000) : Number(given);
};

/** Mulberry32: a number from 0 to 1, the same ones for the same seed. */
const createRandom = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const accountIds = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'];
const amounts = ['0.0000000001', '0.1', '1', '1.00', '2.5', '7', '10', '99.9999999999', '1000000.000001'];
const limits = ['0', '0.0000000001', '5', '12.5', '100'];
const balanceNames = ['inbound', 'outbound', 'mutual'];

/** Random messages for `oracle` to judge: new ones, repeats, conflicts, garbage, reversals, rules. */
export const createRandomMessages = (seed: number, oracle: Oracle) => {
  const random = createRandom(seed);
  const chance = (share: number): boolean => random() < share;
  const below = (count: number): number => Math.floor(random() * count);
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[below(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  const sent: Message[] = [];
  let ids = 0;
  const nextId = (): string => `id-${String((ids += 1))}`;

  const randomRule = (): Fields => ({
    balances: balanceNames.filter(() => chance(0.45)),
    ...(chance(0.5) && {
      creditLimits: Object.fromEntries(balanceNames.filter(() => chance(0.5)).map((name) => [name, pick(limits)])),
    }),
    ...(chance(0.5) && { mutualFormula: pick(['inbound-minus-outbound', 'outbound-minus-inbound']) }),
  });

  /** Often the very amount that takes a balance to its boundary. */
  const randomAmount = (accountId: string): string => {
    const partner = oracle.partners.get(accountId);
    if (partner === undefined || !chance(0.3)) return pick(amounts);
    const name = pick(['inbound', 'outbound', 'mutual'] as const);
    const distance = balancesOf(partner)[name].plus(limitOf(partner.rule, name)).abs();
    return distance.isZero() || distance.gte('1e17') ? pick(amounts) : distance.toFixed();
  };

  /** What a kind of entry may have beside what all have. */
  const details = {
    payment: (): Fields => (chance(0.3) ? { paidAt: '2026-01-31T12:00:00.500Z', reference: 'r' } : {}),
    usage: (): Fields => (chance(0.3) ? { durationSeconds: 60, caller: '+3726000001' } : {}),
    adjustment: (): Fields => ({ reason: 'correction', actor: 'finance' }),
  };

  const entry = (call: 'payment' | 'usage' | 'adjustment'): Message => {
    const accountId = chance(0.02) ? 'nobody' : pick(accountIds);
    const amount = call === 'usage' && chance(0.1) ? '0' : randomAmount(accountId);
    const body: Fields = {
      [`${call}Id`]: nextId(),
      accountId,
      direction: pick(['inbound', 'outbound']),
      amount: call === 'adjustment' && chance(0.5) ? `-${amount}` : amount,
      currency: chance(0.02) ? 'USD' : 'EUR',
      ...details[call](),
    };
    return { call, accountId, body };
  };

  const reversal = (): Message => {
    const entries = sent.filter(({ call }) => call !== 'open' && call !== 'rule' && call !== 'reversal');
    const original = entries.length > 0 && chance(0.9) ? pick(entries) : undefined;
    const accountId = original?.accountId ?? pick(accountIds);
    const kind = original?.call ?? 'payment';
    const of = { kind, id: (original?.body[`${kind}Id`] as string | undefined) ?? 'nothing' };
    return {
      call: 'reversal',
      accountId,
      body: { reversalId: nextId(), accountId, of, reason: 'wrong', actor: 'finance' },
    };
  };

  /** The same by meaning, written differently. */
  const repeat = ({ call, accountId, body }: Message): Message => {
    const fields = Object.entries(body).map(([name, value]) => {
      if (name === 'amount') return [name, (value as string).includes('.') ? value : `${value as string}.0`] as const;
      return [name, name === 'paidAt' ? '2026-01-31T12:00:00.5Z' : value] as const;
    });
    return { call, accountId, body: Object.fromEntries(chance(0.5) ? fields.reverse() : fields) };
  };

  const conflict = ({ call, accountId, body }: Message): Message => {
    if (call === 'open') return { call, accountId, body: { ...body, name: 'Another' } };
    if (call === 'rule') return { call, accountId, body: randomRule() };
    if (call === 'reversal') return { call, accountId, body: { ...body, reason: 'another' } };
    return {
      call,
      accountId,
      body: {
        ...body,
        ...pick([{ amount: '3.3' }, { direction: pick(['inbound', 'outbound']) }, { currency: 'USD' }]),
      },
    };
  };

  const garbageOf = (message: Message): Random => {
    const text = JSON.stringify(message.body);
    const garbage = pick([
      text.slice(0, -1),
      text.replace('{', '{"vat":"1",'),
      text.replace(/"amount":"[^"]*"/, '"amount":"1e3"').replace('{', '{"__proto__":1,'),
      text.replace('"accountId":"', '"accountId":" '),
      text.replace(/"direction":"\w+"/, '"direction":"up"').replace('{', '{"x":0,'),
      '[]',
    ]);
    return { ...message, garbage };
  };

  const fresh = (calls: readonly Call[]): Message => {
    const call = pick(calls);
    if (call === 'open') {
      const accountId = pick(accountIds);
      return { call, accountId, body: { accountId, currency: 'EUR', ...(chance(0.8) && { cutoff: randomRule() }) } };
    }
    if (call === 'rule') return { call, accountId: pick(accountIds), body: randomRule() };
    return call === 'reversal' ? reversal() : entry(call);
  };

  const remember = (message: Message): Message => {
    sent.push(message);
    return message;
  };

  return {
    below,
    chance,
    /** The openings of all accounts. */
    openings: (): Message[] =>
      accountIds.map((accountId) =>
        remember({
          call: 'open',
          accountId,
          body: { accountId, currency: 'EUR', ...(chance(0.8) && { cutoff: randomRule() }) },
        }),
      ),
    /** The next message, one of `calls`. */
    next: (calls: readonly Call[]): Random => {
      const earlier = sent.filter(({ call }) => calls.includes(call));
      const dice = random();
      if (dice < 0.15 && earlier.length > 0) return repeat(pick(earlier));
      if (dice < 0.23 && earlier.length > 0) return conflict(pick(earlier));
      if (dice < 0.3) return garbageOf(fresh(calls.filter((call) => call !== 'rule' && call !== 'open')));
      return remember(fresh(calls));
    },
  };
};

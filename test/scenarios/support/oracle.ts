import { Decimal } from 'decimal.js';
import type { Fields } from './api';

/** A second, naive reading of DESIGN 2 to 4 that shares nothing with Tollgate: what it should answer and command. */

const Exact = Decimal.clone({ precision: 100 });
type Direction = 'inbound' | 'outbound';
type Balance = Direction | 'mutual';

export type Call = 'open' | 'rule' | 'payment' | 'usage' | 'adjustment' | 'reversal';
export type Message = { call: Call; accountId: string; body: Fields };
export type Expected = { status: number; code?: string; revision?: number };
type ExpectedCommand = {
  type: 'BlockTraffic' | 'UnblockTraffic';
  direction: Direction;
  sequence: number;
  exhausted: Balance[];
  balances: Record<Balance, string>;
  revision: number;
};

type Rule = { balances: Balance[]; creditLimits?: Partial<Record<Balance, string>>; mutualFormula?: string };
type Entry = { call: Call; body: Fields; revision: number; isReversed: boolean };
export type Partner = {
  opening: Fields;
  rule: Rule;
  paid: Record<Direction, Decimal>;
  entries: Map<string, Entry>;
  lastRevision: number;
  ruleRevision: number;
  blocked: Record<Direction, boolean>;
  commands: ExpectedCommand[];
};

const postpaid: Rule = { balances: [] };
const all = ['inbound', 'outbound', 'mutual'] as const;
const guarded: Record<Direction, readonly Balance[]> = { inbound: ['inbound', 'mutual'], outbound: ['outbound'] };

export const balancesOf = ({ paid, rule }: Partner): Record<Balance, Decimal> => {
  const difference = paid.outbound.minus(paid.inbound);
  const mutual = rule.mutualFormula === 'inbound-minus-outbound' ? difference.negated() : difference;
  return { ...paid, mutual };
};

export const limitOf = ({ creditLimits }: Rule, balance: Balance): Decimal => new Exact(creditLimits?.[balance] ?? '0');

const textsOf = (partner: Partner): Record<Balance, string> => {
  const { inbound, outbound, mutual } = balancesOf(partner);
  const text = (value: Decimal): string => (value.isZero() ? '0' : value.toFixed());
  return { inbound: text(inbound), outbound: text(outbound), mutual: text(mutual) };
};

/** One text for all rules that mean the same. */
const meaningOfRule = (rule: Rule): string =>
  JSON.stringify([
    all.map((name) => [rule.balances.includes(name), limitOf(rule, name).toFixed()]),
    rule.mutualFormula ?? 'outbound-minus-inbound',
  ]);

/** One text for all bodies that mean the same: amounts by value, times by instant, no key order. */
const meaningOf = (body: Fields): string =>
  Object.keys(body)
    .sort()
    .map((name) => {
      const value = body[name];
      if (name === 'amount') return `${name} ${new Exact(value as string).toFixed()}`;
      return `${name} ${name.endsWith('At') ? String(Date.parse(value as string)) : JSON.stringify(value)}`;
    })
    .join('\n');

const judge = (partner: Partner): void => {
  for (const direction of ['inbound', 'outbound'] as const) {
    const exhausted = guarded[direction].filter(
      (name) =>
        partner.rule.balances.includes(name) && balancesOf(partner)[name].plus(limitOf(partner.rule, name)).lte(0),
    );
    if (exhausted.length > 0 === partner.blocked[direction]) continue;
    partner.blocked[direction] = exhausted.length > 0;
    const type = exhausted.length > 0 ? 'BlockTraffic' : 'UnblockTraffic';
    const sequence = partner.commands.length + 1;
    const balances = textsOf(partner);
    partner.commands.push({ type, direction, sequence, exhausted, balances, revision: partner.lastRevision });
  }
};

const accepted = (partner: Partner): Expected => {
  partner.lastRevision += 1;
  judge(partner);
  return { status: 201, revision: partner.lastRevision };
};

const refuse = (status: number, code: string): Expected => ({ status, code });

const signOf = (call: Call): number => (call === 'usage' ? -1 : 1);

const move = (partner: Partner, { call, body }: { call: Call; body: Fields }, factor: number): void => {
  const direction = body['direction'] as Direction;
  const change = new Exact(body['amount'] as string).times(signOf(call) * factor);
  partner.paid[direction] = partner.paid[direction].plus(change);
};

export const createOracle = () => {
  const partners = new Map<string, Partner>();

  const open = ({ accountId, body }: Message): Expected => {
    const known = partners.get(accountId);
    const rule = (body['cutoff'] as Rule | undefined) ?? postpaid;
    if (known !== undefined) {
      const first = (known.opening['cutoff'] as Rule | undefined) ?? postpaid;
      const isSame =
        meaningOfRule(first) === meaningOfRule(rule) &&
        known.opening['currency'] === body['currency'] &&
        known.opening['name'] === body['name'];
      return isSame ? { status: 200, revision: 0 } : refuse(409, 'ACCOUNT_EXISTS');
    }
    const paid = { inbound: new Exact(0), outbound: new Exact(0) };
    const blocked = { inbound: false, outbound: false };
    const begun = { opening: body, rule, paid, entries: new Map<string, Entry>(), lastRevision: -1, ruleRevision: 0 };
    const partner: Partner = { ...begun, blocked, commands: [] };
    partners.set(accountId, partner);
    return accepted(partner);
  };

  const changeRule = (partner: Partner, body: Fields): Expected => {
    const rule = body as unknown as Rule;
    if (meaningOfRule(rule) === meaningOfRule(partner.rule)) return { status: 200, revision: partner.ruleRevision };
    partner.rule = rule;
    partner.ruleRevision = partner.lastRevision + 1;
    return { ...accepted(partner), status: 200 };
  };

  const record = (partner: Partner, { call, body }: Message): Expected => {
    const key = `${call} ${body[`${call}Id`] as string}`;
    const first = partner.entries.get(key);
    if (first !== undefined)
      return meaningOf(first.body) === meaningOf(body)
        ? { status: 200, revision: first.revision }
        : refuse(409, 'ID_CONFLICT');
    if (call === 'reversal') {
      const { kind, id } = body['of'] as { kind: string; id: string };
      const original = partner.entries.get(`${kind} ${id}`);
      if (original === undefined) return refuse(404, 'ORIGINAL_NOT_FOUND');
      if (original.isReversed) return refuse(409, 'ALREADY_REVERSED');
      original.isReversed = true;
      move(partner, original, -1);
    } else {
      if (body['currency'] !== partner.opening['currency']) return refuse(422, 'CURRENCY_MISMATCH');
      move(partner, { call, body }, 1);
    }
    partner.entries.set(key, { call, body, revision: partner.lastRevision + 1, isReversed: false });
    return accepted(partner);
  };

  return {
    partners,
    textsOf,
    /** What Tollgate must answer to a message that is well-formed. */
    apply: (message: Message): Expected => {
      if (message.call === 'open') return open(message);
      const partner = partners.get(message.accountId);
      if (partner === undefined) return refuse(404, 'ACCOUNT_NOT_FOUND');
      return message.call === 'rule' ? changeRule(partner, message.body) : record(partner, message);
    },
  };
};
export type Oracle = ReturnType<typeof createOracle>;

import type {
  AccountOpening,
  Authorization,
  CutoffSetting,
  Extending,
  Payment,
  Releasing,
  Usage,
} from '@tollgate/balance';
import type {
  AccountAnswer,
  AccountView,
  Acknowledgement,
  AcknowledgementAnswer,
  AuthorizationAnswer,
  BlockedView,
  RecordAnswer,
  ReleaseAnswer,
  ReservationView,
} from '@tollgate/contracts';
import { textOf } from './http';
import type { Call, Patience } from './http';
import { path } from './path';

export type ClientOptions = Partial<Pick<Patience, 'timeoutMs' | 'patienceMs'>>;

/** Of one call, where it is in more or less of a hurry than others. */
export type CallOptions = Partial<Patience>;

/** How a program talks to Tollgate over HTTP (DESIGN 4). Calls reject with `ConnectionError` and `AnswerError`. */
export type Client = ReturnType<typeof createClient>;

type List<Item> = { items: Item[]; next: string | null };

const usualTimeoutMs = 10_000;
const usualPatienceMs = 30_000;

/** `url`: where Tollgate answers, without a path. */
export const createClient = (url: string, options: ClientOptions = {}) => {
  const text = (address: string, call: Call, one: CallOptions = {}): Promise<string> => {
    const { timeoutMs = usualTimeoutMs, patienceMs = usualPatienceMs, signal } = { ...options, ...one };
    return textOf(new URL(address, url), call, { timeoutMs, patienceMs, signal });
  };
  const read = async <Body>(address: string, one?: CallOptions): Promise<Body> =>
    JSON.parse(await text(address, {}, one)) as Body;
  const send = async <Body>(
    address: string,
    body: object,
    one: CallOptions & { method?: 'PUT' } = {},
  ): Promise<Body> => {
    const { method = 'POST', ...patience } = one;
    const call: Call = { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return JSON.parse(await text(address, call, patience)) as Body;
  };
  /** Every item of a list, page by page. */
  async function* all<Item>(address: string, one?: CallOptions): AsyncGenerator<Item> {
    for (let after = ''; ;) {
      const { items, next } = await read<List<Item>>(`${address}?limit=1000${after}`, one);
      yield* items;
      if (next === null) return;
      after = `&after=${encodeURIComponent(next)}`;
    }
  }

  return {
    url,
    /** Resolves once Tollgate answers that its process runs. */
    check: (one?: CallOptions): Promise<string> => text('/healthz', {}, one),
    openAccount: (opening: AccountOpening, one?: CallOptions) => send<AccountAnswer>('/v1/accounts', opening, one),
    changeCutoff: async (accountId: string, rule: CutoffSetting, one?: CallOptions) =>
      send<AccountAnswer>(path`/v1/accounts/${accountId}/cutoff`, rule, { ...one, method: 'PUT' }),
    account: async (accountId: string, one?: CallOptions) => read<AccountView>(path`/v1/accounts/${accountId}`, one),
    recordPayment: (payment: Payment, one?: CallOptions) => send<RecordAnswer>('/v1/payments', payment, one),
    chargeUsage: (usage: Usage, one?: CallOptions) => send<RecordAnswer>('/v1/usage', usage, one),
    /** Whether a call may be made, and for how long. A refusal is an answer: `granted` is 0. */
    authorize: (call: Authorization, one?: CallOptions) => send<AuthorizationAnswer>('/v1/authorizations', call, one),
    /** More time for a call; the whole of it is answered, 0 or what it had where there is none. */
    extend: async ({ accountId, authorizationId, number }: Extending, one?: CallOptions) =>
      send<AuthorizationAnswer>(path`/v1/authorizations/${accountId}/${authorizationId}/extend`, { number }, one),
    release: async ({ accountId, authorizationId, ...used }: Releasing, one?: CallOptions) =>
      send<ReleaseAnswer>(path`/v1/authorizations/${accountId}/${authorizationId}/release`, used, one),
    /** Calls of an account for which something is held. */
    authorizations: (accountId: string, one?: CallOptions) =>
      all<ReservationView>(path`/v1/accounts/${accountId}/authorizations`, one),
    /** Who is blocked now. */
    blocked: (one?: CallOptions) => all<BlockedView>('/v1/traffic-control', one),
    acknowledge: (told: Acknowledgement, one?: CallOptions) =>
      send<AcknowledgementAnswer>('/v1/acknowledgements', told, one),
  };
};

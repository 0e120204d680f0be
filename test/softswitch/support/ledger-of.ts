import { get, post } from '../../scenarios/support/api';
import type { Fields, JsonAnswer } from '../../scenarios/support/api';
import { until } from '../../scenarios/support/until';

let records = 0;

/** What finance and operators do at a ledger, and what they see there. */
export const ledgerAt = (url: string) => {
  const record = async (path: string, body: Fields): Promise<JsonAnswer> => {
    const answer = await post(url, path, body);
    if (answer.status >= 300) throw new Error(`${path} was answered ${String(answer.status)}: ${answer.text}`);
    return answer;
  };
  const account = async (accountId: string): Promise<Fields> => (await get(url, `/v1/accounts/${accountId}`)).body;
  const history = async (accountId: string): Promise<Fields[]> =>
    (await get(url, `/v1/accounts/${accountId}/history?limit=1000`)).body['items'] as Fields[];
  return {
    account,
    history,
    open: (accountId: string, cutoff: Fields) => record('/v1/accounts', { accountId, currency: 'EUR', cutoff }),
    pay: (accountId: string, amount: string, direction = 'inbound') => {
      records += 1;
      const paymentId = `p-${String(records)}`;
      return record('/v1/payments', { paymentId, accountId, direction, amount, currency: 'EUR' });
    },
    charge: (accountId: string, amount: string, direction = 'inbound') => {
      records += 1;
      return record('/v1/usage', { usageId: `u-${String(records)}`, accountId, direction, amount, currency: 'EUR' });
    },
    reserved: async (accountId: string): Promise<number> => {
      const { exposure } = (await account(accountId)) as { exposure?: { reserved: { inbound: string } } };
      return Number(exposure?.reserved.inbound ?? 0);
    },
    balance: async (accountId: string): Promise<number> =>
      Number(((await account(accountId))['balances'] as { inbound: string }).inbound),
    /** The usage of an account, as it was charged. */
    usage: async (accountId: string): Promise<Fields[]> =>
      (await history(accountId)).filter(({ type }) => type === 'UsageCharged').map(({ data }) => data as Fields),
    untilSettled: (accountId: string, timeoutMs = 30_000) =>
      until(
        `nothing is reserved of ${accountId}`,
        async () => (await account(accountId))['exposure'] === undefined,
        timeoutMs,
      ),
    untilState: (accountId: string, direction: string, state: string) =>
      until(`${accountId} ${direction} is ${state}`, async () => {
        const traffic = (await account(accountId))['traffic'] as Record<string, { state: string }>;
        return traffic[direction]?.state === state;
      }),
  };
};

import { linesOf, post, postBatch, put, send } from '../../scenarios/support/api';
import type { Fields, JsonAnswer } from '../../scenarios/support/api';

const accountId = 'kinds';
const originals = 200;
const long = 'x'.repeat(400);

const money = { accountId, direction: 'inbound', amount: '1', currency: 'EUR' };
const adjustment = (adjustmentId: string): Fields => ({
  ...{ ...money, direction: 'outbound', adjustmentId, reason: long, actor: 'finance' },
});
const reversalOf = (id: string): Fields => ({
  ...{ reversalId: `undo-${id}`, accountId, of: { kind: 'adjustment', id }, reason: long, actor: 'finance' },
});
const payment = (paymentId: string): Fields => ({ ...money, paymentId, reference: long });
const usage = (usageId: string): Fields => ({ ...money, usageId, attributes: { note: long } });

/** Opens the account that `everyWrite` is about, and records what its reversals reverse. */
export const prepareEveryWrite = async (url: string): Promise<void> => {
  const opened = await post(url, '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });
  const ids = Array.from({ length: originals }, (_, nth) => [`alone-${String(nth)}`, `batch-${String(nth)}`]).flat();
  const lines = ids.map((id) => ({ kind: 'adjustment', ...adjustment(id) }));
  const statuses = (await postBatch(url, lines)).map(({ status }) => status);
  if (opened.status !== 201 || statuses.some((status) => status !== 201)) throw new Error('nothing can be written');
};

const single = async (answer: Promise<JsonAnswer>): Promise<Fields[]> => {
  const { status, body, headers } = await answer;
  return [{ ...body, status, contentType: headers['content-type'] ?? '' }];
};

type Write = (url: string, nth: number) => Promise<Fields[]>;

/**
 * Each call that writes, with ids of its own for each `nth` (below 200), and what it is answered: of a batch a line each, or one
 * answer where it is refused whole. Inbound balances stay payments minus usage.
 */
export const everyWrite: Record<string, Write> = {
  'an opening': (url, nth) =>
    single(post(url, '/v1/accounts', { accountId: `late-${String(nth)}`, currency: 'EUR', name: long.slice(0, 100) })),
  'a payment': (url, nth) => single(post(url, '/v1/payments', payment(`alone-${String(nth)}`))),
  'a usage': (url, nth) => single(post(url, '/v1/usage', usage(`call-alone-${String(nth)}`))),
  'an adjustment': (url, nth) => single(post(url, '/v1/adjustments', adjustment(`more-${String(nth)}`))),
  'a reversal': (url, nth) => single(post(url, '/v1/reversals', reversalOf(`alone-${String(nth)}`))),
  'a change of the rule': (url, nth) =>
    single(
      put(url, `/v1/accounts/${accountId}/cutoff`, { balances: ['inbound'], creditLimits: { outbound: String(nth) } }),
    ),
  'a batch': async (url, nth) => {
    const lines = [
      { kind: 'payment', ...payment(`batch-${String(nth)}`) },
      { kind: 'usage', ...usage(`call-batch-${String(nth)}`) },
      { kind: 'adjustment', ...adjustment(`batch-more-${String(nth)}`) },
      { kind: 'reversal', ...reversalOf(`batch-${String(nth)}`) },
    ];
    const body = lines.map((line) => JSON.stringify(line)).join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    return linesOf((await send(url, { method: 'POST', path: '/v1/batch', headers, body })).text);
  },
};

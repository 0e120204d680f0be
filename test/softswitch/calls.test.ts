import { agentKilled, kafkaAway, ledgerKilled, switchKilled } from './scenarios/failures';
import { blockedWhileRinging, limitTakenAway } from './scenarios/limits';
import {
  cutNow,
  mutualReadings,
  postpaid,
  prepaidRunsOut,
  sliceBySlice,
  thirtyAtOnce,
  vendorUnpaid,
} from './scenarios/money';
import { falseEnds } from './scenarios/false-ends';
import { noVendorLeft, vendorFails } from './scenarios/vendors';
import type { Call } from './support/calls';
import { manyCalls } from './scenarios/load';
import { strangers } from './scenarios/strangers';
import { missingSwitch, startChain, untilServing } from './support/chain';
import type { Chain } from './support/chain';
import { get } from '../scenarios/support/api';
import type { Fields } from '../scenarios/support/api';
import { until } from '../scenarios/support/until';
import { ledgerAt } from './support/ledger-of';

const missing = missingSwitch();
if (missing !== undefined && process.env['CI'] !== 'true') process.stderr.write(`No real calls: ${missing}\n`);
/** Where everything is run, nothing may be missing. */
const withSwitch = missing === undefined || process.env['CI'] === 'true' ? describe : describe.skip;

withSwitch('real calls', () => {
  let chain: Chain;
  beforeAll(async () => {
    chain = await startChain();
    await untilServing(chain);
    const ledger = ledgerAt(chain.ledger.url);
    for (const postpaid of ['vendor', 'many']) await ledger.open(postpaid, { balances: [] });
  }, 120_000);
  afterAll(() => chain.stop(), 30_000);

  const seconds = ({ answeredAt = 0, endedAt = 0 }: Call): number => (endedAt - answeredAt) / 1_000;
  const completed = expect.objectContaining({ status: 200, endedBy: 'caller' }) as Call;
  const cutByTheSwitch = { status: 200, endedBy: 'switch', reason: ' SIP;cause=402;text="Payment Required"' };

  describe('money', () => {
    let played: Awaited<ReturnType<typeof playMoney>>;
    const playMoney = async () => {
      const [prepaid, thirty, vendors, mutual, owing, slices, lifted, ringing] = await Promise.all([
        prepaidRunsOut(chain),
        thirtyAtOnce(chain),
        vendorUnpaid(chain),
        mutualReadings(chain),
        postpaid(chain),
        sliceBySlice(chain),
        limitTakenAway(chain),
        blockedWhileRinging(chain),
      ]);
      return { prepaid, thirty, vendors, mutual, owing, slices, lifted, ringing, now: await cutNow(chain) };
    };
    beforeAll(async () => {
      played = await playMoney();
    }, 120_000);

    test('a prepaid partner’s call is cut within a second of what its money pays, and is charged once', () => {
      const { cut, usage } = played.prepaid;
      expect(cut).toMatchObject(cutByTheSwitch);
      expect(seconds(cut)).toBeGreaterThan(3);
      expect(seconds(cut)).toBeLessThan(5);
      expect(usage).toHaveLength(played.prepaid.left > 0 ? 3 : 2);
    });

    test('it is refused with 402 and Q.850 cause 21 afterwards, and calls again within two seconds of its payment', () => {
      const { refused, admitted, paidAt, balance } = played.prepaid;
      expect(refused).toEqual({ status: 402, reason: ' Q.850;cause=21;text="Insufficient balance"' });
      expect((admitted.answeredAt ?? 0) - paidAt).toBeLessThan(2_000);
      expect(balance).toBe(0.99);
    });

    test('thirty calls at once on the money of one: no more is held than is there, and the others are refused', () => {
      const { reserved, statuses, balance } = played.thirty;
      expect(reserved).toBeGreaterThan(0);
      expect(reserved).toBeLessThanOrEqual(0.3);
      expect(statuses.sort()).toEqual([200, ...Array<number>(29).fill(402)]);
      expect(balance).toBeGreaterThan(0);
    });

    test('a vendor is passed over while we have not paid him, or too little, and taken when we have', () => {
      expect(played.vendors.terminators).toEqual(['vendor', 'vendor', 'unpaid']);
    });

    test('mutual: net credit limits a call; what they owe us does not, and blocks once they have paid it', () => {
      const { limited, free, refused } = played.mutual;
      expect(limited).toMatchObject(cutByTheSwitch);
      expect(seconds(limited)).toBeLessThan(4);
      expect(free).toEqual(completed);
      expect(refused).toMatchObject({ status: 402 });
    });

    test('a postpaid partner is never refused', () => {
      expect(played.owing.call).toEqual(completed);
    });

    test('a call is given more while it is paid for, and is cut where the money ends', () => {
      const { call, usage } = played.slices;
      expect(call).toMatchObject(cutByTheSwitch);
      expect(seconds(call)).toBeGreaterThan(7);
      expect(seconds(call)).toBeLessThan(10);
      expect(usage).toHaveLength(1);
    });

    test('a call that is given all it likes in its course outlives its first grant, and is cut by a block', () => {
      expect(played.lifted).toMatchObject(cutByTheSwitch);
      expect(seconds(played.lifted)).toBeGreaterThan(6);
      expect(seconds(played.lifted)).toBeLessThan(12);
    });

    test('a call without a limit that was blocked while it rang is cut when it is answered', () => {
      expect(played.ringing).toMatchObject(cutByTheSwitch);
      expect(seconds(played.ringing)).toBeLessThan(1);
    });

    test('a call that is given up while it rings gives back what was held for it, and is not charged', () => {
      expect(played.slices.givenUp.status).toBe(487);
      expect(played.slices.usage).toHaveLength(1);
    });

    test.each([
      ['is blocked', 'prepaid'],
      ['has no money left that is not reserved', 'thirty'],
      ['is to be routed by a vendor who is blocked', 'vendors'],
      ['is blocked over what it is owed', 'mutual'],
      ['owes without limit', 'owing'],
      ['is being cut', 'now'],
    ] as const)('an emergency call of who %s is answered', (_what, scenario) => {
      expect(played[scenario].help).toEqual(completed);
    });

    test('the switch tells of every block that it is applied', async () => {
      await until('nothing is pending', async () => {
        const blocked = (await get(chain.ledger.url, '/v1/traffic-control')).body['items'] as Fields[];
        return blocked.length > 0 && blocked.every(({ pending }) => ((pending ?? []) as string[]).length === 0);
      });
    });

    test('a rule that cuts at once ends a call within a second of zero', () => {
      const { cut, zeroAt } = played.now;
      expect(cut).toMatchObject(cutByTheSwitch);
      expect((cut.endedAt ?? 0) - zeroAt).toBeLessThan(1_000);
    });
  });

  describe('vendors who fail', () => {
    test.each([
      ['who answers 503', { prefix: '55', failing: 'refusing' }],
      ['who does not answer', { prefix: '66', failing: 'silent' }],
    ])(
      'one %s is replaced by the next, and what was held for him is given back',
      async (_what, vendor) => {
        const { call, charged, ofWhoFailed } = await vendorFails(chain, vendor);
        expect(call).toEqual(completed);
        expect(charged).toBe(1);
        expect(ofWhoFailed).toEqual(['ReservationPlaced', 'ReservationReleased']);
      },
      60_000,
    );

    test('where no other is left the call is refused, and both legs are given back', async () => {
      const { call, balance } = await noVendorLeft(chain);
      expect([call, balance]).toEqual([{ status: 503, reason: ' Q.850;cause=34;text="No vendor takes it"' }, 0.2]);
    });
  });

  test('nobody but the agent may command the switch', async () => {
    expect(await strangers(chain)).toEqual({
      onTheSipPort: 403,
      fromAPage: 403,
      elsewhere: 404,
      fromTheAgent: 200,
      secondAgent: false,
    });
  });

  test('who hangs up so that the other side does not hear of it is charged for as long as he talks', async () => {
    const { answers, seconds: charged } = await falseEnds(chain);
    expect(answers).toEqual(['hung up', 'hung up', '500', '420', '483']);
    expect(charged.slice(0, 2)).toEqual([1, 1]);
    expect(charged.slice(2)).toHaveLength(3);
    for (const one of charged.slice(2)) expect(one).toBeGreaterThan(2);
  }, 60_000);

  test('every call of many is charged exactly once', async () => {
    const { answered, refused, charged, calls } = await manyCalls(chain, { perSecond: 20, calls: 100, talkMs: 1_000 });
    expect({ answered, refused, charged, calls }).toEqual({ answered: 100, refused: 0, charged: 100, calls: 100 });
  }, 120_000);

  describe('parts that are away', () => {
    const unasked = [
      expect.objectContaining(cutByTheSwitch),
      expect.objectContaining(cutByTheSwitch),
      { status: 503, reason: '' },
    ];
    const sorted = (calls: Call[]): Call[] => [...calls].sort((one, other) => one.status - other.status);

    test('the agent is killed: prepaid calls are refused, postpaid ones few and short, and calls under way end at their limit', async () => {
      const { during, limited, after } = await agentKilled(chain);
      expect(during.prepaid).toMatchObject({ status: 503 });
      expect(sorted(during.unasked)).toEqual(unasked);
      for (const call of during.unasked.filter(({ status }) => status === 200)) expect(seconds(call)).toBeLessThan(4);
      expect(limited).toMatchObject(cutByTheSwitch);
      expect(seconds(limited)).toBeLessThan(6);
      expect([during.help, ...during.replaced, after]).toEqual([completed, completed, completed, completed]);
    }, 120_000);

    test('Tollgate is killed: the same, until it is back; unasked calls are charged', async () => {
      const { during, after, charged } = await ledgerKilled(chain);
      expect(during.prepaid).toMatchObject({ status: 503 });
      expect(sorted(during.unasked)).toEqual(unasked);
      expect([during.help, ...during.replaced, after]).toEqual([completed, completed, completed, completed]);
      expect(charged).toBe(2);
    }, 120_000);

    test('Kafka is away: calls go on, stay reserved, and are charged once it is back', async () => {
      const { call, help, waiting, charged } = await kafkaAway(chain);
      expect([call, help]).toEqual([completed, completed]);
      expect(waiting).toBeGreaterThan(0);
      expect(charged).toBe(1);
    }, 120_000);

    test('the switch is killed: it takes no call before it is given everything, and its calls go on and are charged, but for those that were over', async () => {
      const { early, help, after, survived, usage } = await switchKilled(chain);
      expect(early).toMatchObject({ status: 503 });
      expect([help, after, ...survived]).toEqual([completed, completed, completed, completed]);
      const lasted = usage.map(({ durationSeconds }) => Math.round(Number(durationSeconds)));
      expect(lasted.filter((one) => one === 7)).toHaveLength(2);
    }, 120_000);
  });
});

import { readDeck } from '@tollgate/rating';
import type { Terms } from '@tollgate/balance';
import type { Partners } from './rate-cdr';

const head = 'prefix,currency,perMinute,connectFee,initialSeconds,incrementSeconds,effectiveFrom,effectiveTo,barred';
const deckOf = (...lines: string[]) => readDeck([head, ...lines].join('\n'));

const exactly: Terms = { rounding: { mode: 'up', digits: 10 } };

/** acme calls us at 0.6 a minute and more from February on; we call globex at 0.2 a minute and 0.01 for the call. */
export const partnersWith = (perMinute = '0.6', terms = exactly): Partners =>
  new Map([
    [
      'acme',
      {
        inbound: {
          name: 'acme-in',
          deck: deckOf(
            `44,EUR,${perMinute},,1,1,,2026-02-01,`,
            '44,EUR,1.2,,1,1,2026-02-01,,',
            '4490,EUR,,,,,,,true',
            '800,EUR,0,,1,1,,,',
          ),
          terms,
        },
      },
    ],
    ['globex', { outbound: { name: 'globex-out', deck: deckOf('4,EUR,0.2,0.01,30,6,,,'), terms } }],
  ]);

export const call = {
  cdrId: 'c1',
  callId: 'x',
  originator: 'acme',
  terminator: 'globex',
  caller: '+31201234567',
  callee: '+442079460000',
  startedAt: '2026-01-31T12:00:00Z',
  durationMs: 30_500,
};

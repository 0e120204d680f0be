import type { AccountTable } from '@tollgate/account-table';
import { directions } from '@tollgate/balance';
import { formatAmount } from '@tollgate/money';
import { Gauge } from '@tollgate/service-runtime';
import type { Registry } from '@tollgate/service-runtime';

/** What is held for calls. */
export const observeReservations = (table: AccountTable, registers: Registry[]): void => {
  new Gauge({
    name: 'tollgate_authorized_calls',
    help: 'Calls that were authorised and have not ended',
    registers,
    collect() {
      this.set(table.held().live);
    },
  });
  new Gauge({
    name: 'tollgate_unsettled_calls',
    help: 'Calls that have ended and whose usage has not come',
    registers,
    collect() {
      this.set(table.held().unsettled);
    },
  });
  new Gauge({
    name: 'tollgate_unsettled_seconds',
    help: 'For how long the first of them has waited; 0 when none does. Worth an alert above 900',
    registers,
    collect() {
      const { unsettledSince } = table.held();
      this.set(unsettledSince === undefined ? 0 : Math.max(0, Date.now() - Date.parse(unsettledSince)) / 1_000);
    },
  });
  new Gauge({
    name: 'tollgate_reserved_amount',
    help: 'What is held for the calls of an account, in its currency; accounts for which nothing is held are absent',
    labelNames: ['account', 'direction', 'currency'],
    registers,
    collect() {
      this.reset();
      for (const { accountId: account, currency, reserved } of table.held().accounts())
        for (const direction of directions)
          if (reserved[direction] > 0n)
            this.set({ account, direction, currency }, Number(formatAmount(reserved[direction])));
    },
  });
};

import type { Accounts } from './accounts';
import { createPage } from './page';
import type { Page } from './page';

/** Stands on the account an event is about while that event is folded; one for all, so that no event leaves garbage. */
export type Cursor = {
  slot: number;
  page: Page;
  /** Of the slot in its page, and where its row begins there. */
  number: number;
  row: number;
};

export const createCursor = (): Cursor => ({ slot: -1, page: createPage(0), number: 0, row: 0 });

export const seek = (cursor: Cursor, accounts: Accounts, slot: number): void => {
  cursor.slot = slot;
  cursor.page = accounts.pageOf(slot);
  cursor.number = accounts.numberOf(slot);
  cursor.row = accounts.rowOf(slot);
};

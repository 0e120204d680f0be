/** Where a ledger has its streams in an event store. */
export type StorePlace = { url: string; streamPrefix: string };

/** For people, without secrets. */
export const nameOf = ({ streamPrefix }: StorePlace): string => `the event store (streams ${streamPrefix}…)`;

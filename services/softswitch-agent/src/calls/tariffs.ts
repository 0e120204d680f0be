/** The deck and currency that an account's calls in a direction are priced by; nothing where none is named. */
export type Tariffs = (
  accountId: string,
  direction: 'inbound' | 'outbound',
) => { currency: string; deck: string } | undefined;

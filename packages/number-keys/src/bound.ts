import type { NumberField, Numbered } from './numbers';

/** What a sealed number is bound to: in another place it opens nothing. */
export const boundTo = (event: Numbered, field: NumberField): string => {
  const id = event.type === 'UsageCharged' ? event.data.usageId : event.data.authorizationId;
  return JSON.stringify([event.data.accountId, event.type, id, field]);
};

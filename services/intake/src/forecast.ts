import { startDraft, startDrafts } from './draft';
import type { Forecast } from './intent';
import { plan } from './plan';
import type { Item, PlanParts } from './plan';
import { streamOf } from './record-key';

/** What would become of an intent, planned as a round would plan it and appended nowhere. */
export const forecast = async (parts: Omit<PlanParts, 'drafts'>, item: Item): Promise<Forecast> => {
  const stream = streamOf(item.intent);
  const draft = startDraft(stream, parts.index.facts(stream));
  const planned = await plan({ ...parts, drafts: startDrafts() }, draft, item);
  return planned.status === 'drafted' ? { status: 'acceptable' } : planned;
};

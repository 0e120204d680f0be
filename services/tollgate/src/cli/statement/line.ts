import { happenedAt, isBefore } from '@tollgate/balance';
import type { AccountEvent } from '@tollgate/balance';
import type { AuditedEvent } from '../audited-events';
import type { Movement } from '../movements';
import type { Days } from './days';
import type { Line } from './part';

/** What a statement says of a movement; `from` is where it begins. */
export const lineOf = (
  event: AuditedEvent,
  movement: Movement,
  { days, from }: { days: Days; from: string | undefined },
): Line => {
  const { revision, recordedAt } = event;
  const { kind, id, prefix } = movement;
  const happened = happenedIn(event);
  return {
    movement,
    entry: {
      ...{ revision, recordedAt, happenedAt: happened, day: days.dayOf(happened), kind, id },
      ...(prefix !== undefined && { prefix }),
      about: aboutOf(event),
      isLate: from !== undefined && isBefore(happened, from),
    },
  };
};

/** Exports of before say of no event when it was received. */
const happenedIn = ({ type, data, receivedAt, recordedAt }: AuditedEvent): string => {
  const metadata = { source: { receivedAt: receivedAt ?? recordedAt } };
  return happenedAt({ type, data, metadata } as unknown as AccountEvent);
};

const aboutOf = ({ data, numbers }: AuditedEvent): string => {
  const { caller, callee, reference, reason, actor, of } = textsIn(data);
  const known = [caller, callee].filter((end) => end !== undefined).join(' \u2192 ');
  const ends = numbers === undefined ? known : `numbers ${numbers}`;
  const because = reason === undefined ? undefined : `${reason} (${actor ?? ''})`;
  return [ends, of, reference, because].filter((part) => part !== undefined && part !== '').join(': ');
};

const said = ['caller', 'callee', 'reference', 'reason', 'actor'] as const;

/** Of a reversal, `of` names what it takes back. */
const textsIn = (data: AuditedEvent['data']): Partial<Record<(typeof said)[number] | 'of', string>> => {
  const texts = said.map((name) => [name, data[name]] as const).filter(([, text]) => typeof text === 'string');
  const { kind, id } = (data['of'] ?? {}) as { kind?: string; id?: string };
  return { ...(Object.fromEntries(texts) as object), ...(id !== undefined && { of: `${String(kind)} ${id}` }) };
};

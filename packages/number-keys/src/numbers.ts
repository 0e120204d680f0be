import type { AccountEvent } from '@tollgate/balance';
import type { LogEvent } from '@tollgate/contracts';

/** The fields that hold the number of a person. */
const numberFields = ['caller', 'callee'] as const;
export type NumberField = (typeof numberFields)[number];

/** The events that may have them. */
export type Numbered = Extract<AccountEvent, { type: 'UsageCharged' | 'ReservationPlaced' }>;

export const mayHaveNumbers = <Event extends Pick<LogEvent, 'type'>>(event: Event): event is Event & Numbered =>
  event.type === 'UsageCharged' || event.type === 'ReservationPlaced';

/** Which of the fields are there. */
export const numbersIn = (data: Partial<Record<NumberField, string | undefined>>): NumberField[] =>
  numberFields.filter((field) => data[field] !== undefined);

/** The same without these fields. */
export const withoutNumbers = <Data extends object>(data: Data): Omit<Data, NumberField> => {
  const { caller: _caller, callee: _callee, ...rest } = data as Data & Partial<Record<NumberField, string>>;
  return rest;
};

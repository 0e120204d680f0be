import { LogDamaged, LogUnreadable } from '@tollgate/event-store';

/** Whether a log holds what must not be counted, or cannot be: nothing may be derived from it until somebody has mended that. */
export const isUnreadable = (error: unknown): error is LogDamaged | LogUnreadable =>
  error instanceof LogDamaged || error instanceof LogUnreadable;

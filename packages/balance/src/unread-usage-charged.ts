import type { UsageCharged } from './account-event';
import type { UnreadUsage, Usage } from './entry';

/** `unread` is no field of its own, so that a copy cannot take it along and say something else. */
export class UnreadUsageCharged implements UsageCharged {
  readonly type = 'UsageCharged';
  readonly metadata: UsageCharged['metadata'];
  readonly #unread: UnreadUsage;

  constructor(unread: UnreadUsage, metadata: UsageCharged['metadata']) {
    this.#unread = unread;
    this.metadata = metadata;
  }

  get unread(): UnreadUsage {
    return this.#unread;
  }

  get data(): Usage {
    return this.#unread.data;
  }

  toJSON(): object {
    const { type, data, metadata } = this;
    return { type, data, metadata };
  }
}

import type { ReceivedMessage, TopicReader } from '@tollgate/kafka';

type Content = { low?: bigint; high: bigint; messages?: () => Iterable<ReceivedMessage[]> };

/** A topic of one partition with the messages it is given. */
export const readerOf = ({ low = 0n, high, messages = () => [] }: Content): TopicReader => ({
  cluster: 'here',
  spans: [{ partition: 0, low, high }],
  async *read({ from, to }) {
    for (const group of messages()) {
      await Promise.resolve();
      yield group.filter(({ offset }) => BigInt(offset) >= from && BigInt(offset) < to);
    }
  },
  async *follow() {
    // It has come to its end.
  },
});

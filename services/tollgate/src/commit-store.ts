import { z } from 'zod';
import type { Folder } from '@tollgate/folder';
import type { Commits, CommitStore } from '@tollgate/kafka';
import { openKeptText } from './kept-text';

/** Its file, among those of the relays. */
export const commitsName = 'commits';
/** Of some thousand partitions. Where there are more nothing is kept, as before there was this file. */
const slotBytes = 1 << 20;

const stored = z.object({
  group: z.string(),
  commits: z.array(z.object({ key: z.string(), offset: z.string().regex(/^\d+$/), note: z.string().optional() })),
});

/** What the consumer group has committed, kept beside the log: Kafka forgets it together with a topic, also while Tollgate is stopped. */
export const openCommitStore = async (folder: Folder, group: string): Promise<CommitStore & { close(): void }> => {
  const file = await folder.open(commitsName, { isNew: !folder.names().includes(commitsName) });
  const text = openKeptText(file, { at: 0, slotBytes });
  let isOpen = true;
  return {
    kept: decode(text.text(), group),
    keep: (commits) => {
      // The broker may answer when all has stopped.
      if (isOpen) text.write(encode(commits, group));
    },
    close: () => {
      isOpen = false;
      file.close();
    },
  };
};

const encode = (commits: Commits, group: string): string =>
  JSON.stringify({ group, commits: [...commits].map(([key, commit]) => ({ key, ...commit })) });

/** Another group has read something else. */
const decode = (text: string | undefined, group: string): Commits => {
  const { commits, ...of } = text === undefined ? { group, commits: [] } : stored.parse(JSON.parse(text));
  return new Map(of.group === group ? commits.map(({ key, offset, note }) => [key, { offset, note }]) : []);
};

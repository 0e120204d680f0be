import type { Commit } from './lost-range';

/** What was committed last, by `topic/partition`. */
export type Commits = ReadonlyMap<string, Commit>;

/** What the reader of a group keeps of its commits, also from one process to the next: a broker forgets them with their topic. */
export type CommitStore = {
  /** As an earlier process kept it. */
  kept: Commits;
  keep(commits: Commits): void;
};

/** The commits of this process, and of earlier ones where they were kept. */
export const createCommitted = ({ kept, keep }: CommitStore) => {
  const commits = new Map(kept);
  return {
    get: (key: string): Commit | undefined => commits.get(key),
    keys: (): string[] => [...commits.keys()],
    add: (committed: Commits): void => {
      for (const [key, commit] of committed) commits.set(key, commit);
      keep(commits);
    },
    /** All but these are forgotten. */
    retain: (isRetained: (key: string) => boolean): void => {
      for (const key of commits.keys()) if (!isRetained(key)) commits.delete(key);
      keep(commits);
    },
  };
};

export type Committed = ReturnType<typeof createCommitted>;

import type { Finding, GivenCheckpoint } from './finding';

/** Whether the roots that were signed are those of an export, at the size of each checkpoint. */
export const createSignedRoots = (checkpoints: readonly GivenCheckpoint[], isSigned: boolean) => {
  const bySize = [...checkpoints].sort((one, other) => one.checkpoint.size - other.checkpoint.size);
  const waiting = [...bySize];
  const matching = new Set<GivenCheckpoint>();

  return {
    compare: (size: number, root: () => Buffer): void => {
      while (waiting[0]?.checkpoint.size === size) {
        const [given] = waiting.splice(0, 1) as [GivenCheckpoint];
        if (root().equals(given.checkpoint.root)) matching.add(given);
      }
    },
    /** Of an export of so many lines. A checkpoint that has faults of its own proves nothing, and accuses nobody. */
    findings: (lines: number, faultsOf: (given: GivenCheckpoint) => string[]) => {
      const faults = new Map(bySize.map((given) => [given, faultsOf(given)]));
      const sound = bySize.filter((given) => faults.get(given)?.length === 0);
      const holding = sound.filter((given) => matching.has(given));
      const rootFaults = (given: GivenCheckpoint): string[] => {
        if (matching.has(given)) return [];
        const twin = twinOf(given, sound, matching);
        return [twin === undefined ? otherRoot(given, lines, holding) : twoHistories(given, twin, isSigned)];
      };
      const findings = bySize.flatMap((given): Finding[] =>
        [...(faults.get(given) ?? []), ...(sound.includes(given) ? rootFaults(given) : [])].map((what) => ({
          checkpoint: given.name,
          what,
        })),
      );
      return { findings, proving: holding.at(-1) };
    },
  };
};

/** Another checkpoint of as many lines, which holds or else comes before. */
const twinOf = (
  { name, checkpoint: { origin, size, root } }: GivenCheckpoint,
  sound: readonly GivenCheckpoint[],
  matching: ReadonlySet<GivenCheckpoint>,
): GivenCheckpoint | undefined => {
  const own = sound.findIndex((given) => given.name === name);
  return sound.find(
    (other, at) =>
      other.checkpoint.origin === origin &&
      other.checkpoint.size === size &&
      !other.checkpoint.root.equals(root) &&
      (matching.has(other) || at < own),
  );
};

const twoHistories = (given: GivenCheckpoint, twin: GivenCheckpoint, isSigned: boolean): string =>
  `it and ${twin.name} are of ${String(given.checkpoint.size)} lines, with different roots: two histories were ${isSigned ? 'signed' : 'signed, if both signatures are right'}`;

const otherRoot = (
  { checkpoint: { size } }: GivenCheckpoint,
  lines: number,
  holding: readonly GivenCheckpoint[],
): string => {
  if (size > lines)
    return `${String(size)} lines were signed, and the export ends after ${String(lines)}: it was cut, or is older than the checkpoint`;
  const before = holding.filter((given) => given.checkpoint.size < size).at(-1)?.checkpoint.size ?? 0;
  return `the first ${String(size)} lines are not those that were signed: one of lines ${String(before + 1)} to ${String(size)} was changed, moved, left out or put in`;
};

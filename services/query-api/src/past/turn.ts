/** One piece of the work, when it is its turn; absent where nobody waits for it any more. */
export type Turn = <Result>(work: () => Promise<Result>) => Promise<Result | undefined>;

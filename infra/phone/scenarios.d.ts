/** Talks for so long unless it is cut, and says in its log what became of it. */
export declare const callerScenario: (talkMs: number) => string;

/** Gives up while it rings. */
export declare const givingUpScenario: (afterMs: number) => string;

/** Rings for so long and answers every call; ends none. */
export declare const vendorScenario: (ringMs: number) => string;

/** Answers every call with this status. */
export declare const refusingScenario: (status: number) => string;

/** Answers no call at all. */
export declare const silentScenario: () => string;

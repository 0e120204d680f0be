/** The Kafka topics under a prefix (DESIGN 3). */
export const topicsOf = (prefix: string) => ({
  payments: `${prefix}payments.v1`,
  usage: `${prefix}usage.v1`,
  trafficControl: `${prefix}traffic-control.v1`,
  rejected: `${prefix}rejected.v1`,
});
export type Topics = ReturnType<typeof topicsOf>;

/** Those of whoever rates calls, under the same prefix. */
export const raterTopicsOf = (prefix: string) => ({ cdr: `${prefix}cdr.v1`, unrated: `${prefix}unrated.v1` });
export type RaterTopics = ReturnType<typeof raterTopicsOf>;

/** Of whoever keeps signed checkpoints, under the same prefix. */
export const checkpointTopicOf = (prefix: string): string => `${prefix}checkpoints.v1`;

import type { Kafka } from 'kafkajs';

type CreateCluster = (settings: object) => unknown;

/** What makes that on which kafkajs's admins and consumers stand. It is not public (kafkajs 2.2.4, decisions/001 and 005). */
const createClusterOf = (kafka: Kafka): { symbol: symbol; create: CreateCluster } => {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === createClusterName);
  const createCluster: unknown = symbol && Reflect.get(kafka, symbol);
  if (symbol === undefined || typeof createCluster !== 'function')
    throw new Error(`kafkajs has no ${createClusterName}: it is another version than the one this was written for`);
  const create = (settings: object): unknown => {
    const cluster: unknown = Reflect.apply(createCluster, kafka, [settings]);
    return cluster;
  };
  return { symbol, create };
};

const createClusterName = 'private:Kafka:createCluster';

/** A cluster that nothing else of this kafkajs instance stands on. */
export const ownCluster = (kafka: Kafka, settings: object): unknown => createClusterOf(kafka).create(settings);

/** What `make` makes of the instance, standing on a cluster that `change` made with what it was given. */
export const standingOn = <T>(
  kafka: Kafka,
  make: () => T,
  change: (create: CreateCluster, settings: object) => unknown,
): T => {
  const { symbol, create } = createClusterOf(kafka);
  const before: unknown = Reflect.get(kafka, symbol);
  Reflect.set(kafka, symbol, (settings: object) => change(create, settings));
  try {
    return make();
  } finally {
    Reflect.set(kafka, symbol, before);
  }
};

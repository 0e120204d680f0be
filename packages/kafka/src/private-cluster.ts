import type { Kafka } from 'kafkajs';

/** What makes that on which kafkajs's admins and consumers stand. It is not public (kafkajs 2.2.4, decisions/001 and 005). */
export const createClusterOf = (kafka: Kafka): { symbol: symbol; create(settings: object): unknown } => {
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

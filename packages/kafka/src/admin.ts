import type { Admin, Kafka } from 'kafkajs';

const readUncommitted = 0;

/**
 * An admin to which a partition ends behind its last message, also where transactions are open or their markers are under way: a commit is
 * acknowledged before its marker is written, and until then kafkajs' own admin does not see what was committed. It has no
 * setting for that, though what it is made from does (kafkajs 2.2.4, decisions/001).
 */
export const createAdmin = (kafka: Kafka): Admin => {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === createClusterName);
  const createCluster: unknown = symbol && Reflect.get(kafka, symbol);
  if (symbol === undefined || typeof createCluster !== 'function')
    throw new Error(`kafkajs has no ${createClusterName}: it is another version than the one this was written for`);
  const createOurs = (settings: object): unknown => {
    const cluster: unknown = Reflect.apply(createCluster, kafka, [{ ...settings, isolationLevel: readUncommitted }]);
    return cluster;
  };
  Reflect.set(kafka, symbol, createOurs);
  try {
    return kafka.admin();
  } finally {
    Reflect.set(kafka, symbol, createCluster);
  }
};

const createClusterName = 'private:Kafka:createCluster';

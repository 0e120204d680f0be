import type { Admin, Kafka } from 'kafkajs';
import { standingOn } from './private-cluster';

const readUncommitted = 0;

/**
 * An admin to which a partition ends behind its last message, also where transactions are open or their markers are under way: a commit is
 * acknowledged before its marker is written, and until then kafkajs' own admin does not see what was committed. It has no
 * setting for that, though what it is made from does.
 */
export const createAdmin = (kafka: Kafka): Admin =>
  standingOn(
    kafka,
    () => kafka.admin(),
    (create, settings) => create({ ...settings, isolationLevel: readUncommitted }),
  );

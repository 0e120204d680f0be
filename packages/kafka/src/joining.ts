import type { Consumer, ConsumerConfig, Kafka } from 'kafkajs';
import type { Cluster, Coordinator } from './cluster';
import { standingOn } from './private-cluster';

/**
 * A consumer that waits for `beforeAgain` whenever it is about to join anew the group that it is in. However kafkajs learns that the group
 * rebalances, no handler is under way by then, and the broker goes on taking the commits of the old generation until the member joins.
 * Where it is only told of new partitions, handlers of what another broker sent may still be, and the wait may last to its limit.
 */
export const createJoiningConsumer = (
  kafka: Kafka,
  config: ConsumerConfig,
  beforeAgain: () => Promise<unknown>,
): Consumer =>
  standingOn(
    kafka,
    () => kafka.consumer(config),
    (create, settings) => {
      const cluster = create(settings) as Cluster;
      const find = cluster.findGroupCoordinator.bind(cluster);
      const known = new WeakSet<Coordinator>();
      cluster.findGroupCoordinator = async (which) => {
        const coordinator = await find(which);
        if (!known.has(coordinator)) waitBeforeJoining(coordinator, beforeAgain);
        known.add(coordinator);
        return coordinator;
      };
      return cluster;
    },
  );

const waitBeforeJoining = (coordinator: Coordinator, beforeAgain: () => Promise<unknown>): void => {
  const join = coordinator.joinGroup.bind(coordinator);
  coordinator.joinGroup = async (request) => {
    // Who comes as a new member has no right to what he did as another.
    if (request.memberId !== '') await beforeAgain();
    return join(request);
  };
};

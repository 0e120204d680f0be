import { randomUUID } from 'node:crypto';
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb';
import { type Empty, UUID } from '@eventstore/db-client/generated/shared_pb';
import type { handleUnaryCall } from '@grpc/grpc-js';
import type { Faults } from '../faults';

const { FOLLOWER, LEADER } = MemberInfo.VNodeState;

/** A cluster of this one node, for clients that discover. */
export const readGossip = (faults: Faults, port: number): handleUnaryCall<Empty, ClusterInfo> => {
  const instance = new UUID().setString(randomUUID());
  return (_call, respond) => {
    const self = new MemberInfo()
      .setInstanceId(instance)
      .setTimeStamp(`${Date.now() * 10_000}`)
      .setIsAlive(true);
    self.setState(faults.calls === 'follower' ? FOLLOWER : LEADER);
    self.setHttpEndPoint(new EndPoint().setAddress('127.0.0.1').setPort(port));
    respond(null, new ClusterInfo().setMembersList([self]));
  };
};

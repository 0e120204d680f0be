import { ServerInterceptingCall, type Metadata, type ServerInterceptor, type StatusObject } from '@grpc/grpc-js';
import type { Faults } from './faults';
import { leaderIsElsewhere, notReady, unauthenticated } from './wire/errors';

/** Calls that a server which is still starting answers; the batch path refuses each append on its own. */
const answeredWhileStarting = ['GetSupportedMethods', 'BatchAppend', 'Gossip/Read'];

const refusal = (faults: Faults, path: string, metadata: Metadata): StatusObject | undefined => {
  if (faults.calls === 'not-ready' && !answeredWhileStarting.some((end) => path.endsWith(end))) return notReady;
  if (faults.calls === 'denied') return unauthenticated;
  const requiresLeader = metadata.get('requires-leader').length > 0;
  return faults.calls === 'follower' && requiresLeader ? leaderIsElsewhere(faults.leader) : undefined;
};

/** Meets every call before its handler does. */
export const refuseCalls =
  (faults: Faults): ServerInterceptor =>
  (method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onReceiveMetadata: (metadata, proceed) => {
            if (faults.calls === 'hang') return;
            const refused = refusal(faults, method.path, metadata);
            if (refused) call.sendStatus(refused);
            else proceed(metadata);
          },
        });
      },
      sendMessage: (message, next) => {
        if (faults.calls !== 'hang') next(message);
      },
      sendStatus: (sent, next) => {
        if (faults.calls !== 'hang') next(sent);
      },
    });

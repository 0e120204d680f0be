import type { Empty } from '@eventstore/db-client/generated/shared_pb';
import { SupportedMethod, SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import type { handleUnaryCall } from '@grpc/grpc-js';

const version = '23.10.6';

/** From this list the client learns that it may append in batches. */
export const getSupportedMethods: handleUnaryCall<Empty, SupportedMethods> = (_call, respond) => {
  const methods = Object.values(StreamsService).map(({ path }) => {
    const [, service = '', method = ''] = path.split('/');
    return new SupportedMethod().setServiceName(service.toLowerCase()).setMethodName(method.toLowerCase());
  });
  respond(null, new SupportedMethods().setEventStoreServerVersion(version).setMethodsList(methods));
};

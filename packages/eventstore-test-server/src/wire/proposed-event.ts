import type { UUID } from '@eventstore/db-client/generated/shared_pb';
import type { AppendReq, BatchAppendReq } from '@eventstore/db-client/generated/streams_pb';
import type { ProposedEvent } from '../log/recorded-event';

/** With dashes, without, or in braces, as the server's language reads them. */
const uuid = /^\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?$/i;

const readId = (id: UUID | undefined): string => {
  const parts = uuid.exec(id?.getString() ?? '');
  const read = parts?.slice(1).join('-').toLowerCase();
  if (!read || /^[0-]*$/.test(read)) throw new Error('An event id is a UUID and not all zero.');
  return read;
};

type Message = AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage;

/** In bytes, about: what is beside data and metadata is short. */
export const sizeOf = (message: Message): number =>
  message.getData_asU8().length + message.getCustomMetadata_asU8().length;

/** Throws where a server does: an id that is none, a type that is empty. */
export const readEvent = (message: Message): ProposedEvent => {
  const type = message.getMetadataMap().get('type');
  if (!type) throw new Error('An event has a type.');
  return {
    id: readId(message.getId()),
    type,
    isJson: message.getMetadataMap().get('content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
};

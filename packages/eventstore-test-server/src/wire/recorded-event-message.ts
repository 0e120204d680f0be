import { StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { ReadResp } from '@eventstore/db-client/generated/streams_pb';
import type { RecordedEvent } from '../log/recorded-event';

const ticksPerMs = 10_000n;

export const eventMessage = (event: RecordedEvent): ReadResp => {
  const position = `${event.position}`;
  const recorded = new ReadResp.ReadEvent.RecordedEvent();
  recorded.setId(new UUID().setString(event.id));
  recorded.setStreamIdentifier(new StreamIdentifier().setStreamName(Buffer.from(event.stream)));
  recorded.setStreamRevision(`${event.revision}`).setCommitPosition(position).setPreparePosition(position);
  recorded.setData(event.data).setCustomMetadata(event.metadata);
  const facts = recorded.getMetadataMap();
  facts.set('type', event.type);
  facts.set('content-type', event.isJson ? 'application/json' : 'application/octet-stream');
  facts.set('created', `${BigInt(event.createdMs) * ticksPerMs}`);
  return new ReadResp().setEvent(new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position));
};

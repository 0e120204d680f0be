import { claimHeaders, encodedText, lineNumber } from './claims';
import type { JsonObject } from './components';

/** Parameters of the reading calls, as a caller writes them; what parses them is in `queries.ts`. */
const inQuery = (name: string, description: string, schema: JsonObject) => ({
  name,
  in: 'query',
  required: false,
  description,
  schema,
});

export const afterKey = inQuery('after', 'Key of the last item already seen; exclusive.', {
  type: 'string',
  maxLength: 200,
});

export const afterRevision = inQuery('after', 'Revision of the last event already seen; exclusive.', {
  type: 'string',
  pattern: '^\\d{1,15}$',
});

export const afterNumber = inQuery('after', 'Number of the last statement already seen; exclusive.', {
  type: 'string',
  pattern: '^\\d{1,15}$',
});

export const limit = inQuery('limit', 'Most items in the answer.', {
  type: 'integer',
  minimum: 1,
  maximum: 1_000,
  default: 100,
});

export const minPosition = inQuery(
  'minPosition',
  'A position that a write answered: waits until balances and the traffic decisions caused by events up to it can be read; after 5 s the answer is 503 READ_MODEL_BEHIND.',
  { type: 'string', pattern: '^\\d{1,19}$' },
);

const instantSchema = { $ref: '#/components/schemas/Instant' };

/** An account as it was; each alone, or together. */
export const moment = [
  inQuery(
    'occurredBefore',
    'As it was by what had happened before that time: a call when it ended, else began; a payment when it was paid; else when it was received. RFC 3339 in UTC, with Z.',
    instantSchema,
  ),
  inQuery(
    'recordedBefore',
    'As it was by what was recorded before that time. What happened before and came late is not in it.',
    instantSchema,
  ),
  inQuery(
    'atPosition',
    'As it was by what the log held up to that position, its event included. Where the log has not come there yet, it is waited for as for minPosition.',
    { type: 'string', pattern: '^\\d{1,19}$' },
  ),
];

export const fromStart = inQuery('from', 'Of the event stream: begin with the first command instead of the next one.', {
  type: 'string',
  const: 'start',
});

export const dryRun = inQuery(
  'dryRun',
  'Of a batch: say of each line, by itself, what it would be answered now, and record nothing.',
  { type: 'boolean', default: false },
);

const leafCount = { type: 'string', pattern: '^(0|[1-9]\\d{0,14})$' };
const required = { required: true };

export const provenEvent = {
  ...inQuery('eventId', 'The event, as a history names it.', {
    type: 'string',
    pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  }),
  ...required,
};
export const witnessName = inQuery(
  'witness',
  'The newest checkpoint that the witness of this name has cosigned, instead of the newest of all.',
  { type: 'string' },
);
export const treeSize = inQuery('size', 'Events of the tree: those of the latest checkpoint unless said.', leafCount);
export const fromSize = { ...inQuery('from', 'Events of the earlier tree.', leafCount), ...required };
export const toSize = { ...inQuery('to', 'Events of the later tree.', leafCount), ...required };

const inPath = (name: string, description: string, schema: JsonObject) => ({
  ...inQuery(name, description, schema),
  ...{ in: 'path', ...required },
});

export const tileLevel = inPath('level', 'Of the tile: 0 are the hashes of leaves, 1 those of 256 leaves each.', {
  type: 'string',
  pattern: '^[0-5]$',
});
export const tileNumber = inPath(
  'tile',
  'Number of the tile in its level, three digits to a part of the path, x before all but the last; of one that is not full yet, .p/ and how many hashes it has. Its slashes stand as they are.',
  { type: 'string', pattern: '^(x[0-9]{3}/)*[0-9]{3}(\\.p/[0-9]{1,3})?$' },
);

const inHeader = (name: string, description: string, schema: JsonObject) => ({
  ...inQuery(name, description, schema),
  in: 'header',
});

export const lastEventIdHeader = inHeader(
  'Last-Event-ID',
  'Of the event stream: the id of the last event seen; the stream goes on after it.',
  { type: 'string', pattern: '^\\d{1,19}$' },
);

const claimedText = { type: 'string', pattern: encodedText.source };

/** What a client may say of itself on the calls that write. */
export const claimParameters = [
  inHeader(
    claimHeaders.file,
    'The file the records come from: 1 to 200 printable characters as percent-encoded UTF-8. Kept as by.claimed.file.',
    claimedText,
  ),
  inHeader(
    claimHeaders.line,
    'The line of that file which the body stands on; of a batch, its first line, blank ones counted. Kept as by.claimed.line.',
    { type: 'string', pattern: lineNumber.source },
  ),
  inHeader(
    claimHeaders.actor,
    'Who sends it: 1 to 200 printable characters as percent-encoded UTF-8. Kept as by.claimed.actor.',
    claimedText,
  ),
];

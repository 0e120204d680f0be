import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Account, Edge } from './account';
import type { Event, Fields } from './event';

/** What a recorded decision has that the edge which was due does not; nothing if it is right. */
export const faultsOf = (account: Account, edge: Edge | undefined, event: Event): string[] => {
  const { data, type, revision, eventId } = event;
  const told = `${type} ${String(data['direction'])} of ${account.accountId}, sequence ${String(data['sequence'])}`;
  if (edge === undefined) return [`${told} was decided, and no edge was due`];
  if (edge.type !== type || edge.direction !== data['direction'])
    return [`${told} was decided, and ${edge.type} ${edge.direction} was due since line ${String(edge.line)}`];
  const sequence = revision + 1;
  const wanted: [name: string, value: unknown, due: unknown][] = [
    ['accountId', data['accountId'], account.accountId],
    ['sequence', data['sequence'], sequence],
    ['currency', data['currency'], account.currency],
    ['exhausted', sorted(data['exhausted']), [...edge.exhausted].sort()],
    ['balances', data['balances'], edge.balances],
    ['callsInProgress', data['callsInProgress'], edge.callsInProgress],
    ['cause', data['cause'], causeOf(edge)],
    ['event id', eventId, commandId(`${account.accountId}/${edge.direction}/${String(sequence)}`)],
  ];
  return wanted
    .filter(([, value, due]) => !isDeepStrictEqual(value, due))
    .map(([name, value, due]) => `${told}: its ${name} is ${shown(value)}, and should be ${shown(due)}`);
};

const shown = (value: unknown): string => {
  if (value === undefined) return 'missing';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const sorted = (value: unknown): unknown => (Array.isArray(value) ? [...(value as unknown[])].sort() : value);

const causeOf = ({ cause }: Edge): Fields => ({
  type: cause.type,
  eventId: cause.eventId,
  stream: cause.stream,
  revision: cause.revision,
});

/** UUID version 5 (RFC 9562, 5.5) in the namespace of Tollgate's commands. */
const commandId = (name: string): string => {
  const namespace = Buffer.from('8f6b3f0a5a1e4f5e9d0c2b7f4d1c6e35', 'hex');
  const hash = createHash('sha1').update(namespace).update(name).digest('hex');
  const variant = ((parseInt(hash.slice(16, 17), 16) % 4) + 8).toString(16);
  return [
    ...[hash.slice(0, 8), hash.slice(8, 12), `5${hash.slice(13, 16)}`],
    ...[`${variant}${hash.slice(17, 20)}`, hash.slice(20, 32)],
  ].join('-');
};

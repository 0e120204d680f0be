import { eventAt } from './audited-events';
import type { AuditedEvent } from './audited-events';
import type { TollgateClient } from './tollgate-client';

/** Those of an account, among the lines of an export. */
export const eventsIn = async function* (
  lines: AsyncIterable<string>,
  accountId: string,
): AsyncGenerator<AuditedEvent> {
  const stream = `account-${accountId}`;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (!mayBeOf(stream, line)) continue;
    const event = eventAt(number, line);
    if (event.stream === stream) yield event;
  }
};

/** Most lines of a log are others': only what may be this stream's is parsed. With a backslash a name can be written in other ways. */
const mayBeOf = (stream: string, line: string): boolean => line.includes(`"${stream}"`) || line.includes('\\');

/** Those of an account, as a Tollgate that runs answers them. */
export const eventsServed = async function* (client: TollgateClient, accountId: string): AsyncGenerator<AuditedEvent> {
  for await (const item of client.history(accountId)) yield { ...item, stream: `account-${accountId}` };
};

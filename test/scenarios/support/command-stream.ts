import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { until } from './until';

export type Command = {
  type: 'BlockTraffic' | 'UnblockTraffic';
  commandId: string;
  accountId: string;
  direction: 'inbound' | 'outbound';
  sequence: number;
  exhausted: string[];
  balances: Record<'inbound' | 'outbound' | 'mutual', string>;
  currency: string;
  cause: { type: string; eventId: string; stream: string; revision: number };
  decidedAt: string;
};

export type StreamEvent = { id: string; command: Command };

export type CommandStream = {
  events: StreamEvent[];
  of(accountId: string): Command[];
  /** Resolves with an account's commands once there are as many. */
  untilOf(accountId: string, count: number): Promise<Command[]>;
  closed: Promise<void>;
  close(): void;
};

const eventOf = (block: string): StreamEvent | undefined => {
  const fields = block.split('\n').map((line) => /^(\w+): (.*)$/.exec(line) ?? []);
  const valueOf = (name: string): string | undefined => fields.find((field) => field[1] === name)?.[2];
  const [id, data] = [valueOf('id'), valueOf('data')];
  return id === undefined || data === undefined ? undefined : { id, command: JSON.parse(data) as Command };
};

const connect = (url: string, path: string, lastEventId: string | undefined) =>
  new Promise<{ outgoing: ClientRequest; response: IncomingMessage }>((resolve, reject) => {
    const headers = { accept: 'text/event-stream', ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
    const outgoing = request(url + path, { headers }, (response) => {
      resolve({ outgoing, response });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });

/** Listens to the commands as a softswitch without Kafka does; resolves once the server has begun the stream. */
export const openCommandStream = async (
  url: string,
  { path = '/v1/traffic-control', lastEventId }: { path?: string; lastEventId?: string } = {},
): Promise<CommandStream> => {
  const { outgoing, response } = await connect(url, path, lastEventId);
  if (response.statusCode !== 200) throw new Error(`the stream was answered ${String(response.statusCode)}`);
  const events: StreamEvent[] = [];
  let unread = '';
  response.setEncoding('utf8').on('data', (text: string) => {
    const blocks = (unread + text).split('\n\n');
    unread = blocks.pop() ?? '';
    for (const event of blocks.map(eventOf)) if (event !== undefined) events.push(event);
  });
  response.on('error', () => undefined);
  outgoing.on('error', () => undefined);
  const of = (accountId: string): Command[] =>
    events.filter(({ command }) => command.accountId === accountId).map(({ command }) => command);
  return {
    events,
    of,
    untilOf: (accountId, count) =>
      until(`${String(count)} commands of ${accountId}`, () => of(accountId).length >= count && of(accountId)),
    closed: new Promise((resolve) => {
      response.on('close', () => {
        resolve();
      });
    }),
    close: () => {
      outgoing.destroy();
    },
  };
};

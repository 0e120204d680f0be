import type { FastifyInstance } from 'fastify';
import type { AccountTable, Partner } from '@tollgate/account-table';
import {
  accountIdPattern,
  accountQuery,
  accountStream,
  historyQuery,
  listQuery,
  pastListQuery,
  parseBody,
  problemOf,
} from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position } from '@tollgate/event-store';
import { HttpProblem, valid } from '@tollgate/service-runtime';
import { createCommandStream } from './command-stream';
import { accountsThen } from './past/accounts-then';
import { blockedThen } from './past/blocked-then';
import type { Past } from './past/past';
import { isMoment } from './past/then';
import type { Moment } from './past/then';
import { addStatementRoutes } from './statement-routes';
import { accountView, blockedView, historyItem, pastView, reservationView } from './views';

export type ReadParts = { log: EventLog<LogEvent>; table: AccountTable; past: Past };

type AccountRequest = { Params: { accountId: string } };

const settleTimeoutMs = 5_000;
/** A page of the past ends after that, for it takes as long as its accounts have events. */
const pastPageMs = 500;

const lateAfter = (ms: number): (() => boolean) => {
  const startedAt = performance.now();
  return () => performance.now() - startedAt > ms;
};

/** Decisions are recorded by whoever has that role, which may be another process, or none. */
const lackingAt = (table: AccountTable, position: Position): string => {
  const place = BigInt(table.place());
  return place < position
    ? `the read model is at ${String(place)}, before ${String(position)}`
    : `decisions that events up to ${String(position)} cause are not recorded yet`;
};

/** The calls that read the present state and the history (DESIGN 4). */
export const addReadRoutes = (server: FastifyInstance, { log, table, past }: ReadParts): void => {
  const wait = async (position: Position | undefined, name = 'minPosition'): Promise<void> => {
    if (position === undefined || (await table.settled(Number(position), settleTimeoutMs))) return;
    const detail = `${name}: ${lackingAt(table, position)}; ask again`;
    throw new HttpProblem(problemOf({ code: 'READ_MODEL_BEHIND', detail }));
  };

  /** What the log does not hold yet might still change what is asked for. */
  const waitFor: WaitFor = async (minPosition, { atPosition }) => {
    await wait(minPosition);
    await wait(atPosition, 'atPosition');
  };

  server.get<AccountRequest>('/v1/accounts/:accountId', async (request) => {
    const { minPosition, ...moment } = valid(parseBody(accountQuery, request.query));
    await waitFor(minPosition, moment);
    const { accountId } = request.params;
    const partner = found(table.partner(accountId), accountId);
    if (!isMoment(moment)) return accountView(partner);
    const then = await past.partner(accountId, moment, () => !request.socket.destroyed);
    return pastView(found(then, accountId, 'was not open then'), moment);
  });

  server.get('/v1/accounts', async (request) => {
    const { minPosition, after, limit, ...moment } = valid(parseBody(pastListQuery, request.query));
    await waitFor(minPosition, moment);
    if (!isMoment(moment)) {
      const { items, next } = table.partners({ after, limit });
      return { items: items.map(accountView), next };
    }
    const partner = (accountId: string) => past.partner(accountId, moment, () => !request.socket.destroyed);
    const { items, next } = await accountsThen({ table, partner, isLate: lateAfter(pastPageMs) }, { after, limit });
    return { items: items.map((then) => pastView(then, moment)), next };
  });

  server.get<AccountRequest>('/v1/accounts/:accountId/authorizations', async (request) => {
    const { minPosition, ...page } = valid(parseBody(listQuery, request.query));
    await wait(minPosition);
    const { accountId } = request.params;
    const reservations = table.reservations(accountId, page);
    if (reservations === undefined) throw notFound(accountId);
    return { items: reservations.items.map(reservationView), next: reservations.next };
  });

  addStatementRoutes(server, { log, table }, wait);
  addTrafficRoute(server, { log, table, past }, waitFor);

  server.get<AccountRequest>('/v1/accounts/:accountId/history', async (request) => {
    const { after, limit, minPosition } = valid(parseBody(historyQuery, request.query));
    await wait(minPosition);
    const from = after === undefined ? 0 : after + 1;
    const { accountId } = request.params;
    if (!(await isOpen(log, accountId))) throw notFound(accountId);
    const events = await log.readStream(accountStream(accountId), { from, limit: limit + 1 });
    const items = events.slice(0, limit).map(historyItem);
    return { items, next: events.length > limit ? String(items.at(-1)?.revision) : null };
  });
};

type WaitFor = (minPosition: Position | undefined, moment: Moment) => Promise<void>;

const addTrafficRoute = (server: FastifyInstance, { log, table, past }: ReadParts, waitFor: WaitFor): void => {
  const streamCommands = createCommandStream(server, { log, table });
  server.get('/v1/traffic-control', async (request, reply) => {
    if (request.headers.accept?.toLowerCase().includes('text/event-stream')) {
      await streamCommands(request, reply);
      return reply;
    }
    const { minPosition, after, limit, ...moment } = valid(parseBody(pastListQuery, request.query));
    await waitFor(minPosition, moment);
    if (isMoment(moment)) {
      const traffic = (accountId: string) => past.traffic(accountId, moment, () => !request.socket.destroyed);
      return blockedThen({ table, traffic, isLate: lateAfter(pastPageMs) }, { after, limit });
    }
    const { items, next } = table.blocked({ after, limit });
    return { items: items.map(blockedView), next };
  });
};

/** In the log, which a read model may be behind. What is no account id is never looked up: it might be another key there. */
const isOpen = async (log: EventLog<LogEvent>, accountId: string): Promise<boolean> =>
  accountIdPattern.test(accountId) && (await log.readStream(accountStream(accountId), { limit: 1 })).length > 0;

const found = (partner: Partner | undefined, accountId: string, why?: string): Partner => {
  if (partner === undefined) throw notFound(accountId, why);
  return partner;
};

const notFound = (accountId: string, why = 'is not open'): HttpProblem =>
  new HttpProblem(problemOf({ code: 'ACCOUNT_NOT_FOUND', detail: `account ${accountId} ${why}` }));

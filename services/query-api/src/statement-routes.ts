import type { FastifyInstance } from 'fastify';
import { createClosedStatements } from '@tollgate/account-table';
import type { AccountTable } from '@tollgate/account-table';
import { parseBody, problemOf, statementQuery, statementsQuery } from '@tollgate/contracts';
import type { LogEvent, StatementView } from '@tollgate/contracts';
import type { EventLog, Position } from '@tollgate/event-store';
import { HttpProblem, valid } from '@tollgate/service-runtime';
import { statementView } from './views';

type Parts = { log: EventLog<LogEvent>; table: AccountTable };
type OfAccount = { Params: { accountId: string } };
type OfStatement = { Params: { accountId: string; statementId: string } };

/** The calls that read closed statements; `wait` until the table has what is asked for. */
export const addStatementRoutes = (
  server: FastifyInstance,
  { log, table }: Parts,
  wait: (position: Position | undefined) => Promise<void>,
): void => {
  const statements = createClosedStatements({ log, table });

  const requireOpen = (accountId: string): void => {
    if (table.facts(accountId) === undefined)
      throw new HttpProblem(problemOf({ code: 'ACCOUNT_NOT_FOUND', detail: `account ${accountId} is not open` }));
  };

  server.get<OfAccount>('/v1/accounts/:accountId/statements', async (request) => {
    const { after = 0, limit, minPosition } = valid(parseBody(statementsQuery, request.query));
    await wait(minPosition);
    const { accountId } = request.params;
    requireOpen(accountId);
    const items: StatementView[] = [];
    for (let number = after + 1; ; number += 1) {
      const event = await statements.numbered(accountId, number);
      if (event === undefined) return { items, next: null };
      if (items.length === limit) return { items, next: String(number - 1) };
      items.push(statementView(event));
    }
  });

  server.get<OfStatement>('/v1/accounts/:accountId/statements/:statementId', async (request) => {
    const { minPosition } = valid(parseBody(statementQuery, request.query));
    await wait(minPosition);
    const { accountId, statementId } = request.params;
    requireOpen(accountId);
    const event = await statements.named(accountId, statementId);
    if (event !== undefined) return statementView(event);
    const detail = `account ${accountId} has no closed statement ${statementId}`;
    throw new HttpProblem(problemOf({ code: 'STATEMENT_NOT_FOUND', detail }));
  });
};

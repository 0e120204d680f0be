import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { createClient } from '@tollgate/client';
import { recordIdPattern } from '@tollgate/contracts';
import type { ReservationView } from '@tollgate/contracts';
import { say, tableLines } from './terminal-text';
import { urlOption } from './tollgate-client';

/** `tollgate authorizations`: what is held for calls, and the end of what nobody will settle any more. */
export const addAuthorizations = (program: Command): void => {
  const authorizations = program
    .command('authorizations')
    .summary('list the calls for which money is held, write lost ones off')
    .description(
      'Lists the calls of an account for which money is held, and writes off those whose usage will not come.',
    );
  authorizations
    .command('list')
    .summary('list the calls for which money is held')
    .description('Lists the calls of an account for which money is held, in the order of their ids.')
    .argument('<account>', 'the account')
    .option('--json', 'a line of JSON each, as the server answers it')
    .addOption(urlOption())
    .addHelpText('after', '\nExample:\n  tollgate authorizations list acme')
    .action(list);
  authorizations
    .command('write-off')
    .summary('hold nothing more for a call')
    .description(
      'Charges usage of 0 that names the call, so that nothing is held for it any more. Usage that comes later is charged all the same.',
    )
    .argument('<account>', 'the account')
    .argument('<id>', 'the authorization')
    .addOption(urlOption())
    .addHelpText('after', '\nExample:\n  tollgate authorizations write-off acme call-1')
    .action(writeOff);
};

/** Who waits at a terminal is told at once what is wrong. */
const atOnce = { patienceMs: 0 };

const list = async (accountId: string, { url, json = false }: { url: string; json?: boolean }): Promise<void> => {
  const calls: ReservationView[] = [];
  for await (const call of createClient(url, atOnce).authorizations(accountId)) {
    if (json) say(JSON.stringify(call));
    else calls.push(call);
  }
  if (json) return;
  say(calls.length === 0 ? `Nothing is held for calls of ${accountId}.` : callsText(calls));
};

const callsText = (calls: readonly ReservationView[]): string =>
  tableLines(
    [
      { title: 'Authorization' },
      { title: 'direction' },
      { title: 'granted', align: 'right' },
      { title: 'reserved', align: 'right' },
      { title: 'charged', align: 'right' },
      { title: 'state' },
    ],
    calls.map((call) => [
      call.authorizationId,
      call.direction,
      call.granted === null ? 'no limit' : `${String(call.granted)} s`,
      call.reserved,
      call.charged,
      stateText(call),
    ]),
  ).join('\n');

const stateText = ({ placedAt, endedAt, isExpired }: ReservationView): string => {
  if (endedAt === undefined) return `live since ${placedAt}`;
  return isExpired ? `lost, nobody told of its end; over since ${endedAt}` : `ended, its usage is due since ${endedAt}`;
};

const writeOff = async (accountId: string, authorizationId: string, { url }: { url: string }): Promise<void> => {
  const client = createClient(url, atOnce);
  const call = await callNamed(client.authorizations(accountId), authorizationId);
  if (call === undefined) {
    say(`Nothing is held for ${authorizationId} of ${accountId}: nothing changed.`);
    return;
  }
  if (call.endedAt === undefined)
    throw new Error(`${authorizationId} of ${accountId} goes on: write it off once it has ended`);
  const { currency } = await client.account(accountId);
  const { direction, reserved } = call;
  await client.chargeUsage({
    ...{ usageId: writeOffId(authorizationId), accountId, direction, amount: '0', currency, authorizationId },
  });
  say(`${authorizationId} of ${accountId} is written off: ${reserved} ${currency} is held no more.`);
};

/** Of the hash of an id that leaves no room for more. */
const writeOffId = (authorizationId: string): string => {
  const id = `write-off/${authorizationId}`;
  return recordIdPattern.test(id)
    ? id
    : `write-off/sha256:${createHash('sha256').update(authorizationId).digest('hex')}`;
};

const callNamed = async (
  calls: AsyncIterable<ReservationView>,
  authorizationId: string,
): Promise<ReservationView | undefined> => {
  for await (const call of calls) if (call.authorizationId === authorizationId) return call;
  return undefined;
};

import { connect } from 'node:net';
import { once } from 'node:events';
import type { Chain } from '../support/chain';

/** What comes in without being asked for: commands by other ways than the agent's, and a second agent. */
export const strangers = async ({ kamailio }: Chain) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'htable.dump', params: ['blocked'] });
  const statusAt = async (url: string, headers: Record<string, string> = {}): Promise<number> =>
    (await fetch(url, { method: 'POST', body, headers })).status;
  return {
    onTheSipPort: await statusAt(`http://${kamailio.sip}/RPC`),
    fromAPage: await statusAt(kamailio.rpcUrl, { origin: 'https://page.example' }),
    elsewhere: await statusAt(kamailio.rpcUrl.replace('/RPC', '/')),
    fromTheAgent: await statusAt(kamailio.rpcUrl),
    secondAgent: await isLetIn(kamailio.evapi),
  };
};

/** Whether evapi keeps the connection and greets. */
const isLetIn = async (place: string): Promise<boolean> => {
  const [host = '', port = ''] = place.split(':');
  const socket = connect({ host, port: Number(port) });
  const outcome = await Promise.race([once(socket, 'data').then(() => true), once(socket, 'close').then(() => false)]);
  socket.destroy();
  return outcome;
};

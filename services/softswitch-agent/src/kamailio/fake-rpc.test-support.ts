import { RpcRefused } from './rpc';
import type { Rpc } from './rpc';

type FakeDialog = { entry: number; state: number; seconds: number; profile: string; answersNext?: boolean };

/** The part of a Kamailio 5.6 that the agent uses, with its oddities: see infra/kamailio/decisions. */
export const fakeRpc = (table: Record<string, string> = {}, dialogs: FakeDialog[] = []) => {
  const blocked = new Map(Object.entries(table));
  const calls: string[] = [];
  const rpc: Rpc = (method, parameters = []) => {
    const [first, second] = parameters.map(String);
    calls.push([method, ...parameters].join(' '));
    switch (method) {
      case 'htable.sets':
        blocked.set(second ?? '', String(parameters[2]));
        return Promise.resolve('Ok. Key set to new value.');
      case 'htable.delete':
        if (blocked.delete(second ?? '')) return Promise.resolve('Ok. Key deleted.');
        return Promise.reject(new RpcRefused(method, 404, 'Key not found in htable.'));
      case 'htable.dump':
        return Promise.resolve([...blocked].map(([name, value], entry) => ({ entry, size: 1, slot: [{ name, value, type: 'str' }] })));
      case 'dlg.profile_list':
        return Promise.resolve(
          dialogs
            .filter(({ profile }) => profile === `${first ?? ''}/${second ?? ''}`)
            .map(({ entry, state, seconds }) => ({ h_entry: entry, h_id: 1, state, start_ts: 1, variables: [{ id: 'c' }, { seconds: String(seconds) }] })),
        );
      case 'dlg.end_dlg': {
        const found = dialogs.find(({ entry, state }) => String(entry) === first && state < 5);
        if (found === undefined) return Promise.reject(new RpcRefused(method, 404, 'Dialog not found'));
        // Told to end while it rings, it says yes and does nothing.
        if (found.state === 4) found.state = 5;
        for (const one of dialogs)
          if (one.answersNext === true) {
            one.state = 4;
            one.answersNext = false;
          }
        return Promise.resolve({});
      }
      default:
        return Promise.reject(new RpcRefused(method, 500, 'Method Not Found'));
    }
  };
  return { rpc, blocked, calls, dialogs };
};

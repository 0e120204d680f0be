import { RpcRefused } from './rpc';
import type { Rpc } from './rpc';

type FakeDialog = { entry: number; state: number; seconds: number; profile: string; answersNext?: boolean };

/** The part of a Kamailio 5.6 that the agent uses, with its oddities: see infra/kamailio/decisions. */
export const fakeRpc = (table: Record<string, string> = {}, dialogs: FakeDialog[] = []) => {
  const blocked = new Map(Object.entries(table));
  const calls: string[] = [];
  const methods: Record<string, (...parameters: string[]) => unknown> = {
    'htable.sets': (_table, key = '', value = '') => {
      blocked.set(key, value);
      return 'Ok. Key set to new value.';
    },
    'htable.delete': (_table, key = '') => {
      if (!blocked.delete(key)) throw new RpcRefused('htable.delete', 404, 'Key not found in htable.');
      return 'Ok. Key deleted.';
    },
    'htable.dump': () =>
      [...blocked].map(([name, value], entry) => ({ entry, size: 1, slot: [{ name, value, type: 'str' }] })),
    'dlg.list': () => dialogs.map(listed),
    'dlg.profile_list': (profile, value) =>
      dialogs.filter((dialog) => dialog.profile === [profile, value].join('/')).map(listed),
    'dlg.end_dlg': (entry) => end(dialogs, Number(entry)),
  };
  const rpc: Rpc = (method, parameters = []) => {
    calls.push([method, ...parameters].join(' '));
    return new Promise((resolve) => {
      const run = methods[method];
      if (run === undefined) throw new RpcRefused(method, 500, 'Method Not Found');
      resolve(run(...parameters.map(String)));
    });
  };
  return { rpc, blocked, calls, dialogs };
};

const listed = ({ entry, state, seconds, profile }: FakeDialog) => ({
  h_entry: entry,
  h_id: 1,
  state,
  start_ts: 1,
  variables: [{ id: 'c' }, { seconds: String(seconds) }, { account: profile.replace('inbound/', '') }],
});

/** Told to end a call that rings, Kamailio says yes and does nothing. */
const end = (dialogs: FakeDialog[], entry: number): object => {
  const found = dialogs.find((one) => one.entry === entry && one.state < 5);
  if (found === undefined) throw new RpcRefused('dlg.end_dlg', 404, 'Dialog not found');
  if (found.state === 4) found.state = 5;
  for (const one of dialogs)
    if (one.answersNext === true) {
      one.state = 4;
      one.answersNext = false;
    }
  return {};
};

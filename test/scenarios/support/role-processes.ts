import { startFront } from './front';
import { createDataFolder, startTollgate } from './tollgate-process';
import type { Tollgate, TollgateOptions } from './tollgate-process';

export type Role = 'intake' | 'decide' | 'publish' | 'api' | 'reporting';

/** Tollgate as processes of a role each, behind one address. */
export type RoleProcesses = Tollgate & {
  processes: Member[];
  /** Another process takes the place of one that has ended, on its data. */
  startAgain(member: Member): Promise<void>;
};

type Member = { role: Role; tollgate: Tollgate };

const ofEach: Record<Role, number> = { intake: 2, decide: 2, publish: 2, api: 1, reporting: 1 };

/** Two that take in, two that decide and two that publish, one of each other role for which there is something to do: a broker, a database. */
export const startRoleProcesses = async (options: TollgateOptions): Promise<RoleProcesses> => {
  const { brokers, flags = [], environment = {} } = options;
  const isWanted = (role: Role): boolean =>
    (role !== 'publish' || brokers !== undefined) &&
    (role !== 'reporting' || environment['DATABASE_URL'] !== undefined);
  const start = async (role: Role, data: string): Promise<Tollgate> =>
    startTollgate({ ...options, data, flags: ['--role', role, ...flags] });

  const roles = (Object.keys(ofEach) as Role[]).filter(isWanted);
  const wanted = roles.flatMap((role) => Array.from({ length: ofEach[role] }, () => role));
  const processes = await Promise.all(
    wanted.map(async (role): Promise<Member> => ({ role, tollgate: await start(role, await createDataFolder()) })),
  );
  const urlsOf = (role: Role): string[] =>
    processes.filter((member) => member.role === role).map(({ tollgate }) => tollgate.url);
  const url = await startFront({
    intakes: () => urlsOf('intake'),
    api: () => urlsOf('api')[0] ?? '',
    all: () => processes.map(({ tollgate }) => tollgate.url),
  });

  const endAll = async (end: (tollgate: Tollgate) => Promise<unknown>) => {
    await Promise.all(processes.map(({ tollgate }) => end(tollgate)));
    return { code: 0, signal: null };
  };
  return {
    url,
    data: options.data,
    pid: processes[0]?.tollgate.pid ?? 0,
    processes,
    startAgain: async (member) => {
      member.tollgate = await start(member.role, member.tollgate.data);
    },
    stop: () => endAll((tollgate) => tollgate.stop()),
    kill: () => endAll((tollgate) => tollgate.kill()),
    exited: Promise.all(processes.map(({ tollgate }) => tollgate.exited)).then(() => ({ code: 0, signal: null })),
    output: () => processes.map(({ role, tollgate }) => `${role}: ${tollgate.output()}`).join('\n'),
  };
};

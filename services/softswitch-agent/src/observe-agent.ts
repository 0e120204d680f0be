import { Counter, Gauge } from '@tollgate/service-runtime';
import type { Readiness, Registry } from '@tollgate/service-runtime';
import type { SwitchFigures } from './switch';

export type Observed = {
  source: { isCaughtUp(): boolean };
  switches: readonly { switchId: string; isUpToDate(): boolean; figures(): SwitchFigures | undefined }[];
  cdrs: readonly { switchId: string; isHandingOn(): boolean; handedOn(): number }[];
  waiting: () => { releases: number; acknowledgements: number };
};

/** What must be so for calls to be let through as the ledger says. CDRs that wait are told of, and charged later. */
export const readinessOf = ({ source, switches, cdrs }: Observed): Readiness[] => [
  {
    name: 'commands',
    check: () => ({
      isReady: source.isCaughtUp(),
      detail: source.isCaughtUp() ? 'followed' : 'not read to their end yet',
    }),
  },
  ...switches.map(({ switchId, isUpToDate }) => ({
    name: `switch ${switchId}`,
    check: () => ({
      isReady: isUpToDate(),
      detail: isUpToDate() ? 'has everything' : 'is away, or has not everything yet',
    }),
  })),
  ...cdrs.map(({ switchId, isHandingOn }) => ({
    name: `CDRs of ${switchId}`,
    isAside: true as const,
    check: () => ({ isReady: isHandingOn(), detail: isHandingOn() ? 'handed on as they come' : 'wait in their files' }),
  })),
];

export const observeAgent = ({ switches, cdrs, waiting }: Observed, registers: Registry[]): void => {
  const decisions = ['route', 'refuse', 'policy'] as const;
  const asking = () =>
    switches.flatMap(({ switchId, figures }) => {
      const counts = figures();
      return counts === undefined ? [] : [{ switchId, counts }];
    });
  new Counter({
    name: 'tollgate_agent_decisions_total',
    help: 'Calls that were asked about: let through, refused, or left to the policy of the switch',
    labelNames: ['switch', 'decision'],
    registers,
    collect() {
      this.reset();
      for (const { switchId, counts } of asking())
        for (const decision of decisions) this.inc({ switch: switchId, decision }, counts[decision]);
    },
  });
  new Gauge({
    name: 'tollgate_agent_live_calls',
    help: 'Calls that were authorised, answered and have not ended',
    labelNames: ['switch'],
    registers,
    collect() {
      for (const { switchId, counts } of asking()) this.set({ switch: switchId }, counts.live);
    },
  });
  new Counter({
    name: 'tollgate_agent_cdrs_total',
    help: 'CDRs that the brokers have',
    labelNames: ['switch'],
    registers,
    collect() {
      this.reset();
      for (const { switchId, handedOn } of cdrs) this.inc({ switch: switchId }, handedOn());
    },
  });
  new Gauge({
    name: 'tollgate_agent_waiting',
    help: 'What the ledger is yet to be told',
    labelNames: ['what'],
    registers,
    collect() {
      for (const [what, count] of Object.entries(waiting())) this.set({ what }, count);
    },
  });
};

import { Gauge } from '@tollgate/service-runtime';
import type { Registry } from '@tollgate/service-runtime';
import type { Audit } from './audit';
import { checkpointIn } from './checkpoint';
import type { CheckpointRelay } from './checkpoint-relay';
import type { Witness } from './witness';
import type { Witnesses } from './witnesses';

export const observeAudit = (audit: Audit, registers: Registry[]): void => {
  const gauge = (name: string, help: string, value: () => number): void => {
    addGauge({ name, help, registers }, value);
  };
  gauge('tollgate_tree_events', 'Events of the log that are in its tree', () => audit.tree().size());
  gauge(
    'tollgate_tree_lag_seconds',
    'Age of the oldest event that is not in the tree; 0 when all are',
    audit.lagSeconds,
  );
  gauge('tollgate_checkpoint_events', 'Events that the latest checkpoint signs', () => {
    const note = audit.checkpoint();
    return note === undefined ? 0 : checkpointIn(note).size;
  });
  gauge('tollgate_checkpoints_refused', '1 while the log is no extension of what was signed', () =>
    audit.readiness().isReady ? 0 : 1,
  );
  observeWitnesses(audit.witnesses, registers);
};

/** Without witnesses there is nothing to watch. */
const observeWitnesses = ({ each }: Witnesses, registers: Registry[]): void => {
  if (each.length === 0) return;
  const gauge = (name: string, help: string, value: (witness: Witness) => number): void => {
    new Gauge({
      ...{ name, help, registers, labelNames: ['witness'] },
      collect() {
        for (const witness of each) this.set({ witness: witness.name }, value(witness));
      },
    });
  };
  gauge(
    'tollgate_witness_waiting_seconds',
    'For how long a checkpoint has waited for the cosignature of a witness; 0 when none does',
    (witness) => witness.waitingSeconds(),
  );
  gauge(
    'tollgate_witness_refused',
    '1 while a witness says that it has seen another history of this ledger',
    (witness) => (witness.isRefusing() ? 1 : 0),
  );
};

export const observeRelay = (relay: CheckpointRelay, registers: Registry[]): void => {
  const name = 'tollgate_checkpoint_waiting_seconds';
  const help = 'For how long a signed checkpoint has waited for the acknowledgement of the broker; 0 when none does';
  addGauge({ name, help, registers }, relay.waitingSeconds);
};

const addGauge = (named: { name: string; help: string; registers: Registry[] }, value: () => number): void => {
  new Gauge({
    ...named,
    collect() {
      this.set(value());
    },
  });
};

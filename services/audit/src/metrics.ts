import { Gauge } from '@tollgate/service-runtime';
import type { Registry } from '@tollgate/service-runtime';
import type { Audit } from './audit';
import { checkpointIn } from './checkpoint';

export const observeAudit = (audit: Audit, registers: Registry[]): void => {
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
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
};

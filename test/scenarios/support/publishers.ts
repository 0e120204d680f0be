import type { Tollgate } from './tollgate-process';
import { relayPart } from './topic-content';
import { until } from './until';

const detail = 'stands by: another process of this ledger publishes';

const isActive = async ({ url }: Tollgate): Promise<boolean> =>
  (await (await fetch(`${url}/metrics`)).text()).includes('\ntollgate_publisher_active 1\n');

/** Resolves once a process says of itself, in its metrics and its readiness, that it publishes, or stands by. */
export const untilStanding = (tollgate: Tollgate, standing: 'active' | 'stands by'): Promise<boolean> =>
  until(`one ${standing === 'active' ? 'is active' : standing}`, async () => {
    const part = await relayPart(tollgate.url);
    return standing === 'active'
      ? (await isActive(tollgate)) && part.detail === 'nothing waits'
      : !(await isActive(tollgate)) && part.detail === detail;
  });

const { openDataFolder } = require('tollgate/node');
const { openLedger } = require('@tollgate/intake');
const path = '/tmp/perf/data';
require('fs').rmSync(path, { recursive: true, force: true });
const { runBatch } = require('/work/main/services/intake/dist/batch.js');
const silent = { debug() {}, info() {}, warn(f,m) {console.log(m,f)}, error(f,m) {console.log(m,f)} };
(async () => {
  const f = await openDataFolder(path, { clock: () => new Date(), logger: silent });
  const ledger = openLedger({ log: f.log, table: f.table, ready: Promise.resolve() });
  const source = () => ({ receivedAt: new Date().toISOString(), channel: { http: 'req' } });
  const N = Number(process.argv[2] ?? 1000);
  for (let a = 0; a < N; a++) await Promise.all([ledger.submit([{ intent: { type: 'OpenAccount', data: { accountId: 'account-' + a, currency: 'EUR', cutoff: { balances: ['inbound'] , creditLimits: {inbound: '1000000'}} } }, metadata: { source: source() } }])]);
  const line = (i) => JSON.stringify({ kind: 'usage', usageId: `cdr-2026-${i.toString(16).padStart(20, '0')}`, accountId: 'account-' + (i * 7919 % N), direction: 'inbound', amount: '0.0125', currency: 'EUR', callId: 'call-' + i, startedAt: '2026-01-31T12:00:00.000Z', endedAt: '2026-01-31T12:01:00.000Z', durationSeconds: 60, caller: '+4930123456', callee: '+4930987654', ratedAt: '2026-01-31T12:01:05.000Z', attributes: { codec: 'G711', trunk: 'fra-1' } });
  const L = Number(process.argv[3] ?? 1000);
  let i = 0;
  for (let round = 0; round < 6; round++) {
    const bodies = [];
    const per = 200000;
    for (let b = 0; b < per / L; b++) { const lines = []; for (let k = 0; k < L; k++) lines.push(line(i++)); bodies.push(Buffer.from(lines.join('\n'))); }
    const c0 = process.cpuUsage(), t0 = performance.now();
    const queue = bodies.slice();
    await Promise.all([1, 2, 3].map(async () => { for (let body = queue.pop(); body; body = queue.pop()) { const t = await runBatch(body, { ledger, source: source(), maxLines: 10000, isDryRun: false }); if (!String(t).startsWith('{"status":201')) throw new Error(String(t).slice(0,300)); } }));
    const c = process.cpuUsage(c0), t = performance.now() - t0;
    console.log(`${Math.round(per / t * 1000)}/s  user ${(c.user / per).toFixed(2)} sys ${(c.system / per).toFixed(2)} us/event  rss ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
  }
  await ledger.close(); await f.close();
})();

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { get } from './support/api';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';

test.each([
  ['serve', 'KAFKA_BROKER', 'KAFKA_BROKERS'],
  ['serve', 'TOLLGATE_POTR', 'TOLLGATE_PORT'],
  ['verify', 'TOLLGATE_DTAA', 'TOLLGATE_DATA'],
])('%s with %s, which used to go on without it, ends with 2 before it does anything', async (command, name, meant) => {
  const data = join(await createDataFolder(), 'data');
  const { exited, output } = spawnTollgate([command, '--data', data], { [name]: '127.0.0.1:9092' });
  expect(await exited).toEqual({ code: 2, signal: null });
  expect(output()).toContain(`tollgate: ${name}: there is no such setting, do you mean ${meant}?`);
  expect(existsSync(data)).toBe(false);
});

test('what Kubernetes sets for a Service named tollgate is told and ignored: there used to be no word of it', async () => {
  const environment = { TOLLGATE_PORT: 'tcp://10.96.0.12:8400', TOLLGATE_SERVICE_HOST: '10.96.0.12' };
  const tollgate = await startTollgate({ data: await createDataFolder(), environment });
  expect((await get(tollgate.url, '/readyz')).status).toBe(200);
  expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
  for (const name of Object.keys(environment))
    expect(tollgate.output()).toContain(`${name} is ignored: Kubernetes sets it for a Service`);
});

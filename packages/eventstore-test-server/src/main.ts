import { parseArgs } from 'node:util';
import { serveControl } from './control';
import { startEventStoreServer } from './server';

/** Prints its connection string and, on the next line, where it is told to misbehave. Ends by a signal; its folder then holds all it acknowledged. */
const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, folder: { type: 'string' } } });
  const { port, folder } = values;
  const server = await startEventStoreServer({ port: Number(port), ...(folder !== undefined && { folder }) });
  const control = await serveControl(server);
  process.stdout.write(`${server.url}\n${control}\n`);
};

void main();

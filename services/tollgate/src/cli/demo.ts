import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { playDemo } from './demo/demo';
import { urlOption } from './tollgate-client';

type Flags = { url: string; kafkaBrokers?: string[]; seconds: number };

/** `tollgate demo`, hidden: what `npm run demo` plays against the Tollgate it started with an empty data folder. */
export const addDemo = (program: Command): void => {
  program
    .command('demo', { hidden: true })
    .description('Plays calls and payments of made-up partners against an empty Tollgate and shows what comes of them.')
    .option('--kafka-brokers <list>', 'send and read over Kafka', (text) => text.split(','))
    .option('--seconds <number>', 'how long', secondsOf, 27)
    .addOption(urlOption())
    .addHelpText('after', '\nExample: npm run demo')
    .action(async ({ url, kafkaBrokers, seconds }: Flags) => {
      const ending = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
      const isExact = await playDemo({ url, brokers: kafkaBrokers, seconds, signal: ending.signal });
      process.exitCode = isExact ? 0 : 1;
    });
};

const secondsOf = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 to 9999.');
  return Number(text);
};

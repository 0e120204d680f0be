import type { Command } from 'commander';
import { addCheck } from './rate/check';
import { addExplain } from './rate/explain';
import { addRedrive } from './rate/redrive';
import { addRerate } from './rate/rerate';
import { addSend } from './rate/send';

/** `tollgate rate`: what an operator does with decks and calls. The rater itself runs in `tollgate serve`. */
export const addRate = (program: Command): void => {
  const rate = program
    .command('rate')
    .summary('check decks, explain prices, rate calls again')
    .description(
      'Calls are rated by tollgate serve, where TOLLGATE_RATER names the file of partners and TOLLGATE_DECKS the folder of their decks. These commands work on the same files.',
    );
  addCheck(rate);
  addExplain(rate);
  addSend(rate);
  addRedrive(rate);
  addRerate(rate);
};

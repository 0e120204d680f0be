import { setImmediate as turn } from 'node:timers/promises';
import { createTurns } from './in-turn';

test('what has one key runs one after another, also after one of it has failed', async () => {
  const turns = createTurns(10);
  const done: string[] = [];
  const run = (name: string, pauses: number, fails = false) =>
    turns.run('one', async () => {
      for (let paused = 0; paused < pauses; paused += 1) await turn();
      done.push(name);
      if (fails) throw new Error(name);
    });
  const failed = run('first', 5, true);
  const others = [run('second', 3), run('third', 0)];
  await expect(failed).rejects.toThrow('first');
  await Promise.all(others);
  expect(done).toEqual(['first', 'second', 'third']);
});

test('no more than so many run at once', async () => {
  const turns = createTurns(3);
  let running = 0;
  let most = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      turns.run(String(index % 20), async () => {
        running += 1;
        most = Math.max(most, running);
        for (let paused = 0; paused < index % 4; paused += 1) await turn();
        running -= 1;
        done += 1;
      }),
    ),
  );
  expect({ most, done, running }).toEqual({ most: 3, done: 50, running: 0 });
});

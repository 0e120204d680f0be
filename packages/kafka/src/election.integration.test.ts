import { clientOf, startBroker, until, type Broker } from './broker.test-support';
import { ensureTopics, readGroupNotes, runElection, type Election, type GroupNote, type Term } from './index';

let broker: Broker;
let groups = 0;
let groupId: string;
let candidates: { election: Election; terms: Term[] }[] = [];

beforeAll(async () => {
  broker = await startBroker();
  await ensureTopics(clientOf(broker), [{ name: 'output', compacted: true, partitions: 3 }]);
}, 120_000);

afterAll(() => broker.stop());

beforeEach(() => {
  groups += 1;
  groupId = `electing-${String(groups)}`;
  candidates = [];
});

afterEach(() => Promise.all(candidates.map(({ election }) => election.stop())));

/** Takes part; a term lasts as long as it may. */
const takePart = (client = clientOf(broker)) => {
  const terms: Term[] = [];
  const election = runElection(client, {
    groupId,
    topics: ['output'],
    onElected: async (term) => {
      terms.push(term);
      await new Promise((resolve) => {
        term.signal.addEventListener('abort', resolve);
      });
    },
  });
  const candidate = { election, terms };
  candidates.push(candidate);
  return candidate;
};

const untilElected = ({ election }: { election: Election }): Promise<void> =>
  until(() => election.state() === 'elected', 'it is elected');
const untilStandingBy = ({ election }: { election: Election }): Promise<void> =>
  until(() => election.state() === 'stands by', 'it stands by');

const byPartition = (notes: readonly GroupNote[] = []): GroupNote[] =>
  [...notes].sort((one, other) => one.partition - other.partition);

test('one of all members is elected, stays so while others come and go, and the next one at once when it leaves', async () => {
  const first = takePart();
  await untilElected(first);
  const second = takePart();
  await untilStandingBy(second);
  const third = takePart();
  await untilStandingBy(third);
  await third.election.stop();
  await until(() => first.election.state() === 'elected', 'it is elected still');
  expect(first.terms).toHaveLength(1);
  expect(first.terms[0]?.isSure()).toBe(true);
  await first.election.stop();
  const leftAt = Date.now();
  await untilElected(second);
  expect(Date.now() - leftAt).toBeLessThan(3_000);
  expect(first.terms[0]?.signal.aborted).toBe(true);
  expect(first.terms[0]?.isSure()).toBe(false);
}, 60_000);

test('what is noted is kept for the next one, and of one that has been replaced nothing is taken', async () => {
  const first = takePart();
  await untilElected(first);
  const [term] = first.terms;
  const notes = [0, 2].map((partition) => ({
    partition,
    offset: BigInt(partition),
    note: `note ${String(partition)}`,
  }));
  await term?.note('output', notes);
  expect(byPartition(await term?.notes('output'))).toEqual(notes);
  expect(await term?.notes('missing')).toEqual([]);
  expect(byPartition(await readGroupNotes(clientOf(broker), groupId, 'output'))).toEqual(notes);
  const second = takePart();
  await untilStandingBy(second);
  await first.election.stop();
  await untilElected(second);
  expect(byPartition(await second.terms[0]?.notes('output'))).toEqual(notes);
  await expect(term?.note('output', notes)).rejects.toThrow();
}, 60_000);

test('one whose broker falls silent is sure no longer before another one can be elected, and takes part again afterwards', async () => {
  const first = takePart();
  await untilElected(first);
  process.kill(broker.pid, 'SIGSTOP');
  await until(() => first.terms[0]?.signal.aborted === true, 'its term ends', 6_000);
  process.kill(broker.pid, 'SIGCONT');
  await untilElected(first);
  expect(first.terms).toHaveLength(2);
  expect(first.election.apart()).toBeUndefined();
}, 60_000);

test('without a broker it says why it takes no part, and stops all the same', async () => {
  const nobody = takePart(clientOf({ brokers: ['127.0.0.1:1'] }));
  await until(() => nobody.election.apart()?.reason.includes('ECONNREFUSED') === true, 'it says why');
  expect(nobody.election.state()).toBe('apart');
  await nobody.election.stop();
}, 60_000);

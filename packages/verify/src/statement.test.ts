import { findingsOf, verified } from './example.fixture';
import { rightStatements, wrongStatements } from './statement-cases.fixture';

const found = async (bytes: Buffer): Promise<string[]> => findingsOf(await verified(bytes, { checkpoints: {} }));

test('statements that follow one another and are the sums of their entries are right', async () => {
  expect(await found(rightStatements)).toEqual([]);
});

test.each(wrongStatements)('$name that is not so is found', async ({ bytes, finding }) => {
  expect((await found(bytes)).join('\n')).toContain(finding);
});

import { faultsOf } from './check-log.fixture';
import { checkFloors } from './floors';

const lacks = (inputs: number, hasKafka = true): string[] =>
  faultsOf((report) => {
    for (let count = 0; count < inputs; count += 1) report.count('lines', 400);
    checkFloors(report, { hasKafka });
  })
    .join()
    .split(/: |, /);

test('a run that saw nothing is told what it did not see', () => {
  expect(lacks(5_000)).toEqual(
    expect.arrayContaining([
      'the rig did not do its work',
      '0 of 5000 acknowledged',
      'no lines 201',
      'no messages ID_CONFLICT',
      'no said ALREADY_REVERSED',
    ]),
  );
  expect(lacks(5_000)).not.toContain('no lines 400');
});

test('a short run must at least have something acknowledged', () => {
  expect(lacks(100)).toEqual(['the rig did not do its work', '0 of 100 acknowledged']);
});

test('messages are not asked of a run without Kafka', () => {
  expect(lacks(5_000, false).filter((lack) => lack.includes('messages'))).toEqual([]);
});

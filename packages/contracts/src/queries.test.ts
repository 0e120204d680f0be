import {
  accountQuery,
  batchQuery,
  historyQuery,
  lastEventId,
  listQuery,
  parseBody,
  streamQuery,
  tilePath,
} from './index';

test('a list that is asked for nothing begins at the beginning with a hundred', () => {
  expect(parseBody(listQuery, {})).toEqual({ ok: true, value: { limit: 100 } });
  expect(parseBody(historyQuery, {})).toEqual({ ok: true, value: { limit: 100 } });
});

test('what is asked for is read as the numbers it means', () => {
  expect(parseBody(historyQuery, { after: '41', limit: '1000', minPosition: '1289' })).toEqual({
    ok: true,
    value: { after: 41, limit: 1_000, minPosition: 1_289n },
  });
  expect(parseBody(listQuery, { after: 'acme', limit: '1' })).toEqual({ ok: true, value: { after: 'acme', limit: 1 } });
  expect(parseBody(lastEventId, '1289')).toEqual({ ok: true, value: 1_289n });
  expect(parseBody(lastEventId, undefined)).toEqual({ ok: true, value: undefined });
  expect(parseBody(streamQuery, { from: 'start' })).toEqual({ ok: true, value: { from: 'start' } });
});

test.each(['0', '1001', '-1', '1.5', '1e2', '', ' 1', '0x10', '01', 'many'])('a limit of %j is refused', (limit) => {
  expect(parseBody(listQuery, { limit })).toEqual({
    ok: false,
    detail: 'limit: must be a whole number from 1 to 1000',
  });
});

test.each(['-1', '', 'x', '1.5', '1'.repeat(20)])('a minPosition of %j is refused', (minPosition) => {
  expect(parseBody(accountQuery, { minPosition })).toEqual({
    ok: false,
    detail: 'minPosition: must be a position as a write answers it',
  });
});

test.each(['-1', '', 'acme', '1'.repeat(16)])('a revision of %j is refused', (after) => {
  expect(parseBody(historyQuery, { after })).toEqual({ ok: false, detail: 'after: must be a revision' });
});

test.each(['', 'x', '-1', '1'.repeat(20)])('a Last-Event-ID of %j is refused', (id) => {
  expect(parseBody(lastEventId, id)).toEqual({
    ok: false,
    detail: 'Last-Event-ID: must be the id of an event of this stream',
  });
});

test('an event stream begins at the start or with the next command, nowhere else', () => {
  expect(parseBody(streamQuery, { from: 'end' })).toEqual({ ok: false, detail: 'from: must be start' });
});

test('a batch is a dry run only if it says so', () => {
  expect(parseBody(batchQuery, {})).toEqual({ ok: true, value: { dryRun: false } });
  expect(parseBody(batchQuery, { dryRun: 'false' })).toEqual({ ok: true, value: { dryRun: false } });
  expect(parseBody(batchQuery, { dryRun: 'true' })).toEqual({ ok: true, value: { dryRun: true } });
  expect(parseBody(batchQuery, { dryRun: 'yes' })).toEqual({ ok: false, detail: 'dryRun: must be true or false' });
  expect(parseBody(batchQuery, { dryrun: 'true' })).toEqual({ ok: false, detail: 'dryrun: unknown field' });
});

test('a parameter given twice or misspelt is refused', () => {
  expect(parseBody(listQuery, { limit: ['1', '2'] })).toMatchObject({ ok: false });
  expect(parseBody(accountQuery, { minposition: '1' })).toEqual({ ok: false, detail: 'minposition: unknown field' });
});

test.each([
  ['000', 0],
  ['999', 999],
  ['x001/000', 1_000],
  ['x001/x000/007', 1_000_007],
])('tile %s is number %i', (tile, index) => {
  expect(parseBody(tilePath, { level: '0', tile })).toEqual({ ok: true, value: { level: 0, index, width: 256 } });
});

test.each(['x000/000', 'x000/x001/000', '0', '0000', 'x001', '000/000', '000.p/0', '000.p/256', '000.p/07'])(
  'a tile had several names, and each was served: %s is none',
  (tile) => {
    expect(parseBody(tilePath, { level: '0', tile })).toMatchObject({ ok: false });
  },
);

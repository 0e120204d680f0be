import { lossOf } from './lost-range';

const place = { topic: 'calls', partition: 2, low: '10', high: '20' };

test.each(['10', '15', '20'])(
  'a commit at %s, within what the partition holds from 10 to 20, has lost nothing',
  (offset) => {
    expect(lossOf(place, { offset, note: undefined })).toBeUndefined();
  },
);

test('what was next and is not held any more is lost up to what is held', () => {
  const lost = { topic: 'calls', partition: 2, from: '9', to: '10', why: 'deleted', note: 'kept' };
  expect(lossOf(place, { offset: '9', note: 'kept' })).toEqual(lost);
});

test('a partition that ends before what was next is another one, and is read from its start', () => {
  const lost = { topic: 'calls', partition: 2, from: '21', to: '10', why: 'recreated', note: undefined };
  expect(lossOf(place, { offset: '21', note: undefined })).toEqual(lost);
});

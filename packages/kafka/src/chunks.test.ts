import { chunksOf } from './chunks';

const message = (offset: number, bytes: number) => ({
  offset: String(offset),
  key: null,
  value: Buffer.alloc(bytes),
  timestamp: '0',
  attributes: 0,
  headers: {},
});
const chunks = (sizes: number[], limits: { messages: number; bytes: number }) => {
  const messages = sizes.map((bytes, at) => message(at * 2, bytes));
  return [...chunksOf({ topic: 'calls', partition: 3, messages }, limits)];
};

describe('chunks', () => {
  it('hold no more messages and bytes than asked, in order, the last what is left', () => {
    const cut = chunks([10, 10, 10, 60, 40, 10], { messages: 3, bytes: 100 });
    expect(cut.map(({ span, load }) => ({ ...span, ...load }))).toEqual([
      { first: '0', next: '5', messages: 3, bytes: 30 },
      { first: '6', next: '9', messages: 2, bytes: 100 },
      { first: '10', next: '11', messages: 1, bytes: 10 },
    ]);
    expect(cut.flatMap(({ received }) => received.map(({ offset }) => offset))).toEqual([
      '0',
      '2',
      '4',
      '6',
      '8',
      '10',
    ]);
  });

  it('give a message above the limit alone', () => {
    const cut = chunks([10, 500, 10], { messages: 9, bytes: 100 });
    expect(cut.map(({ load }) => load.messages)).toEqual([1, 1, 1]);
  });

  it('are none of an empty batch', () => {
    expect(chunks([], { messages: 9, bytes: 100 })).toEqual([]);
  });
});

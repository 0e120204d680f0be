import { createNetstringReader, netstring } from './netstrings';

const texts = ['{"event":"hello"}', '', '{"caller":"Zoë"}'];
const bytes = Buffer.from(texts.map(netstring).join(''));

test('a length counts bytes, not characters', () => {
  expect(netstring('Zoë')).toBe('4:Zoë,');
});

test('several messages that come at once are read one by one', () => {
  expect(createNetstringReader()(bytes)).toEqual(texts);
});

test('messages are whole however their bytes are parted', () => {
  for (let size = 1; size < bytes.length; size += 1) {
    const read = createNetstringReader();
    const messages: string[] = [];
    for (let from = 0; from < bytes.length; from += size) messages.push(...read(bytes.subarray(from, from + size)));
    expect(messages).toEqual(texts);
  }
});

test.each(['GET / HTTP/1.1', '3:abcd', '99999999:', '-1:,'])('%s is refused', (text) => {
  expect(() => createNetstringReader()(Buffer.from(text))).toThrow(/netstring/);
});

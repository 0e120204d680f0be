import { serverSentEvents } from './server-sent-events';

const read = async (...chunks: (string | Buffer)[]) => {
  const bytes = async function* () {
    for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
  };
  const events = [];
  for await (const event of serverSentEvents(bytes())) events.push(event);
  return events;
};

describe('a stream of server-sent events', () => {
  test('events come with their id; comments and retry are passed over', async () => {
    expect(await read('retry: 1000\n\n:\n\nid: 7\ndata: {"a":1}\n\nid: 9\ndata: x\n\n')).toEqual([
      { id: '7', data: '{"a":1}' },
      { id: '9', data: 'x' },
    ]);
  });

  test.each(['\n', '\r\n', '\r'])('lines may end with %j, and every byte may come alone', async (end) => {
    const text = ['id: 1', 'data: ü', 'data: b', '', 'data: c', '', ''].join(end);
    const bytes = [...Buffer.from(text)].map((byte) => Buffer.from([byte]));
    const events = await read(...bytes, 'x');
    expect(events).toEqual([
      { id: '1', data: 'ü\nb' },
      { id: '1', data: 'c' },
    ]);
  });

  test('an event that is cut off is dropped: it comes again', async () => {
    expect(await read('id: 1\ndata: a\n\nid: 2\ndata: b\n')).toEqual([{ id: '1', data: 'a' }]);
  });

  test('an id without data tells where the stream is', async () => {
    expect(await read('id: 5\n\n')).toEqual([{ id: '5', data: undefined }]);
  });

  test('a single space after the colon is not part of the value', async () => {
    expect(await read('data:  a\n\ndata:b\n\ndata\n\n')).toEqual([
      { id: undefined, data: ' a' },
      { id: undefined, data: 'b' },
      { id: undefined, data: '' },
    ]);
  });
});

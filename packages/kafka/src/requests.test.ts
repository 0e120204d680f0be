import { byTopic, splitIntoRequests } from './requests';

const message = (key: string, sizeBytes = 0, topic = 'a') => ({ topic, key, value: 'x'.repeat(sizeBytes) });
const keysOf = (requests: { key: string }[][]) => requests.map((request) => request.map(({ key }) => key).join(''));

describe('splitting messages into requests', () => {
  it('keeps what fits together in one request', () => {
    expect(keysOf(splitIntoRequests([message('1'), message('2'), message('3')], 10_000))).toEqual(['123']);
  });

  it('starts a new request before the limit is passed and keeps the order', () => {
    const messages = ['1', '2', '3', '4', '5'].map((key) => message(key, 400));
    expect(keysOf(splitIntoRequests(messages, 1_100))).toEqual(['12', '34', '5']);
  });

  it('sends a message above the limit alone', () => {
    const messages = [message('1'), message('2', 5_000), message('3')];
    expect(keysOf(splitIntoRequests(messages, 1_000))).toEqual(['1', '2', '3']);
  });

  it('counts bytes, not characters, and headers too', () => {
    const wide = { topic: 'a', key: '1', value: '€'.repeat(300) };
    const headed = { topic: 'a', key: '2', value: '', headers: { ce_id: 'x'.repeat(900) } };
    expect(keysOf(splitIntoRequests([wide, wide], 1_500))).toEqual(['1', '1']);
    expect(keysOf(splitIntoRequests([headed, headed], 1_500))).toEqual(['2', '2']);
  });

  it('makes no request of no messages', () => {
    expect(splitIntoRequests([], 1_000)).toEqual([]);
  });
});

describe('grouping by topic', () => {
  it('keeps the order within each topic', () => {
    const grouped = byTopic([message('1', 0, 'a'), message('2', 0, 'b'), message('3', 0, 'a')]);
    expect(grouped.map(({ topic, messages }) => [topic, messages.map(({ key }) => key)])).toEqual([
      ['a', ['1', '3']],
      ['b', ['2']],
    ]);
  });
});

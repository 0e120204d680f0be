import { connect } from './connection';

const url = 'esdb://127.0.0.1:1,127.0.0.1:2?tls=false&maxDiscoverAttempts=1&discoveryInterval=1';

test('a client that finds no node while another call fails leaves nothing that would end the process', async () => {
  const connection = connect(() => url);
  const { client } = connection.current();
  const failed = Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: '' });
  const looking = client['getChannel']();
  const handled = client['handleError']({ getChannel: () => undefined } as never, failed);
  await expect(looking).rejects.toThrow('Failed to discover');
  await expect(handled).resolves.toBeUndefined();
  await connection.close();
});

test('the client is the same until the connection string is another or the client is given up', async () => {
  let text = url;
  const connection = connect(() => text);
  const first = connection.current();
  expect(connection.current()).toBe(first);
  text = url.replace('esdb://', 'esdb://ledger:new@');
  const second = connection.current();
  expect([second === first, second.credentials]).toEqual([false, { username: 'ledger', password: 'new' }]);
  connection.giveUp(first);
  expect(connection.current()).toBe(second);
  connection.giveUp(second);
  expect(connection.current()).not.toBe(second);
  await connection.close();
});

test('a wrong connection string is told at once', () => {
  expect(() => connect(() => 'http://ledger:SECRET@host')).toThrow(/^the connection string must be(?!.*SECRET)/);
});

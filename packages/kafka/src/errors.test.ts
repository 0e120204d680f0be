import { PublishError, causesOf, describe as explain, protocolErrorOf } from './errors';

const fromBroker = Object.assign(new Error('The request is too large'), { type: 'MESSAGE_TOO_LARGE' });

describe('errors', () => {
  it('finds the broker’s answer behind the errors kafkajs wraps it in', () => {
    const wrapped = new Error('outer', { cause: new Error('inner', { cause: fromBroker }) });
    expect(protocolErrorOf(wrapped)).toBe('MESSAGE_TOO_LARGE');
    expect(causesOf(wrapped)).toHaveLength(3);
  });

  it('explains in the broker’s words where it answered', () => {
    expect(explain(fromBroker)).toBe('The request is too large (MESSAGE_TOO_LARGE)');
    expect(explain(new Error('connect ECONNREFUSED'))).toBe('connect ECONNREFUSED');
    expect(explain('thrown text')).toBe('thrown text');
  });

  it('is retriable unless a message itself is refused', () => {
    expect(new PublishError('no answer').retriable).toBe(true);
    expect(new PublishError('too large', { refused: { topic: 't', key: 'k' } }).retriable).toBe(false);
  });
});

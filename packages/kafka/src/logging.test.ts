import { logLevel, type LogEntry } from 'kafkajs';
import { recordingLog, type LogLine } from './broker.test-support';
import { routeLogs } from './logging';

const entry = (level: logLevel, namespace: string, log: Record<string, unknown>): LogEntry => ({
  level,
  label: '',
  namespace,
  log: { timestamp: '', message: 'something', ...log },
});

const linesOf = (given: LogEntry, isMuted = false): LogLine[] => {
  const lines: LogLine[] = [];
  routeLogs(recordingLog(lines), () => isMuted)(logLevel.INFO)(given);
  return lines;
};

describe('what kafkajs logs', () => {
  it('before it passes over messages is told to whoever has to know, and is no line', () => {
    const lines: LogLine[] = [];
    const places: object[] = [];
    const route = routeLogs(
      recordingLog(lines),
      () => false,
      (place) => places.push(place),
    );
    const message = 'Offset out of range, resetting to default offset';
    route(logLevel.INFO)(entry(logLevel.ERROR, 'ConsumerGroup', { message, topic: 't', partition: 3 }));
    expect(places).toEqual([{ topic: 't', partition: 3 }]);
    expect(lines).toEqual([]);
  });

  it('is a warning where nothing else would tell', () => {
    const [line] = linesOf(entry(logLevel.ERROR, 'ConsumerGroup', { message: 'Offset out of range', topic: 't' }));
    expect(line).toEqual({
      level: 'warn',
      message: 'Offset out of range',
      fields: { kafkajs: 'ConsumerGroup', topic: 't' },
    });
  });

  it('is debug when it is a broker that is starting, or reaches the caller as an error', () => {
    expect(linesOf(entry(logLevel.ERROR, 'Connection', { message: 'Connection error: ECONNREFUSED' }))[0]?.level).toBe(
      'debug',
    );
    expect(linesOf(entry(logLevel.ERROR, 'Consumer', { message: 'Crash: KafkaJSError' }))[0]?.level).toBe('debug');
    const refused = { message: 'SASL PLAIN authentication failed' };
    expect(linesOf(entry(logLevel.ERROR, 'SaslAuthenticator-PLAIN', refused))[0]?.level).toBe('debug');
    expect(linesOf(entry(logLevel.INFO, 'Consumer', { message: 'Starting' }))[0]?.level).toBe('debug');
  });

  it('is debug once we have given the connection up', () => {
    expect(linesOf(entry(logLevel.ERROR, 'ConsumerGroup', {}), true)[0]?.level).toBe('debug');
  });

  it('carries only fields that cannot hold a credential', () => {
    const [line] = linesOf(entry(logLevel.ERROR, 'Runner', { password: 'secret', payload: 'secret', stack: 'secret' }));
    expect(JSON.stringify(line)).not.toContain('secret');
  });
});

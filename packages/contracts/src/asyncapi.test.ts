import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { asyncApiDocument, checkpointTopicOf, raterTopicsOf, topicsOf } from './index';

type Message = {
  headers?: object;
  payload: object;
  examples: { headers?: object; payload: object }[];
  bindings: { kafka: { key: object } };
};
type Channel = { address: string; messages: Record<string, { $ref: string }>; bindings: { kafka: object } };
type Document = {
  channels: Record<string, Channel>;
  operations: Record<string, { action: string; channel: { $ref: string } }>;
  components: { messages: Record<string, Message>; schemas: object };
};

const document = asyncApiDocument() as Document;

const isValid = (schema: object, value: unknown): boolean => {
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  return ajv.validate({ ...schema, components: { schemas: document.components.schemas } }, value);
};

test('every topic of DESIGN section 3 is a channel under its default name', () => {
  expect(Object.values(document.channels).map(({ address }) => address)).toEqual([
    ...Object.values({ ...topicsOf('tollgate.'), ...raterTopicsOf('tollgate.') }),
    checkpointTopicOf('tollgate.'),
  ]);
});

test('Tollgate reads payments, usage and calls, and sends commands, rejections, what it has rated and checkpoints', () => {
  const operations = Object.values(document.operations).map(({ action, channel }) => [action, channel.$ref]);
  expect(operations).toEqual([
    ['receive', '#/channels/payments'],
    ['receive', '#/channels/usage'],
    ['send', '#/channels/trafficControl'],
    ['send', '#/channels/rejected'],
    ['receive', '#/channels/cdr'],
    ['send', '#/channels/usage'],
    ['send', '#/channels/unrated'],
    ['send', '#/channels/checkpoints'],
  ]);
});

test('topics have six partitions, and those of which the newest of a key must stay are compacted', () => {
  const bindings = Object.entries(document.channels).map(([name, channel]) => [name, channel.bindings.kafka]);
  const plain = { partitions: 6, bindingVersion: '0.5.0' };
  expect(Object.fromEntries(bindings)).toEqual({
    payments: plain,
    usage: plain,
    trafficControl: { ...plain, topicConfiguration: { 'cleanup.policy': ['compact'] } },
    rejected: plain,
    cdr: plain,
    unrated: plain,
    checkpoints: { ...plain, topicConfiguration: { 'cleanup.policy': ['compact'] } },
  });
});

test.each(Object.entries(document.components.messages))(
  'the example of %s is what its schemas say',
  (_name, { headers, payload, examples }) => {
    for (const example of examples) {
      expect(isValid(payload, example.payload)).toBe(true);
      expect(isValid(payload, { ...example.payload, more: 1 })).toBe(false);
      if (headers) expect(isValid(headers, example.headers)).toBe(true);
    }
  },
);

test('the headers of a command are those of the CloudEvents binding, all required', () => {
  const headers = document.components.messages['trafficCommand']?.headers ?? {};
  expect(isValid(headers, {})).toBe(false);
  expect(headers).toMatchObject({
    required: ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_subject', 'ce_time', 'content-type'],
  });
});

test('every message has a key', () => {
  for (const { bindings } of Object.values(document.components.messages))
    expect(bindings.kafka.key).toMatchObject({ type: 'string' });
});

import { cdr, unrated } from './cdr';
import { createComponents } from './components';
import type { JsonObject } from './components';
import { accountIdPattern } from './fields';
import * as example from './examples';
import { payment, usage } from './records';
import { rejection } from './rejection';
import { checkpointTopicOf, raterTopicsOf, topicsOf } from './topics';
import { cloudEventHeaders, trafficCommand } from './traffic-control';

/** The Kafka contract of DESIGN section 3 as an AsyncAPI 3.0 document, built from the schemas that check the messages. */
export const asyncApiDocument = (): object => {
  const { ref, schemas } = createComponents();
  const topics = { ...topicsOf('tollgate.'), ...raterTopicsOf('tollgate.') };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tollgate messages',
      version: '1.0.0',
      description:
        'Topics carry the prefix that is configured, tollgate. unless said otherwise. Keys order a producer\u2019s messages; correctness does not depend on them. Delivery is at least once: ids make a message count once, and a consumer of commands ignores a sequence it has already seen. Commands are never repeated by a restart, a replay or a redelivery of input, unless the topic lost them: then the last of each key comes again, byte for byte.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      payments: channel(topics.payments, 'Payments, from finance systems.', { message: 'payment' }),
      usage: channel(topics.usage, 'Rated usage, from the CDR rater.', { message: 'usage' }),
      trafficControl: channel(
        topics.trafficControl,
        'Commands to the softswitch. Compacted: read from the start it says who is blocked.',
        {
          message: 'trafficCommand',
          cleanup: 'compact',
        },
      ),
      rejected: channel(topics.rejected, 'Messages that could not be applied, each once, with its reason.', {
        message: 'rejection',
      }),
      cdr: channel(topics.cdr, 'Calls that have ended, from the softswitch; read where calls are rated.', {
        message: 'cdr',
      }),
      unrated: channel(
        topics.unrated,
        'CDRs, and legs of them, that have no price, with the reason. The same key without a value says that one was sent again.',
        { message: 'unrated' },
      ),
      checkpoints: channel(
        checkpointTopicOf('tollgate.'),
        'Signed checkpoints of the log, for partners to keep: whoever has one can prove later that what it signs was changed. Compacted: the newest of each ledger stays. While the broker is away older ones are left out: a newer one extends them. After a restart the newest may come again, and after each minute without a newer one it does. With witnesses each comes at once, and again with each cosignature that has come while it is the newest: the same text, with lines more below.',
        { message: 'checkpoint', cleanup: 'compact' },
      ),
    },
    operations: {
      receivePayments: operation('receive', 'payments', 'payment'),
      receiveUsage: operation('receive', 'usage', 'usage'),
      sendTrafficCommands: operation('send', 'trafficControl', 'trafficCommand'),
      sendRejections: operation('send', 'rejected', 'rejection'),
      receiveCdrs: operation('receive', 'cdr', 'cdr'),
      sendUsage: operation('send', 'usage', 'usage'),
      sendUnrated: operation('send', 'unrated', 'unrated'),
      sendCheckpoints: operation('send', 'checkpoints', 'checkpoint'),
    },
    components: {
      messages: messagesOf(ref),
      schemas: schemas(),
    },
  };
};

const messagesOf = (ref: ReturnType<typeof createComponents>['ref']) => ({
  payment: message('Payment', {
    key: accountKey,
    payload: ref(payment),
    examples: [{ payload: example.paymentExample }],
  }),
  usage: message('Usage', {
    key: accountKey,
    payload: ref(usage),
    examples: [{ payload: example.usageExample }],
  }),
  trafficCommand: message('TrafficCommand', {
    key: { type: 'string', description: 'accountId/direction' },
    headers: cloudEventSchema,
    payload: ref(trafficCommand),
    examples: [{ headers: cloudEventHeaders(example.commandExample), payload: example.commandExample }],
  }),
  rejection: message('Rejection', {
    key: { type: 'string', description: 'topic/partition/offset of the message refused' },
    payload: ref(rejection),
    examples: [{ payload: example.rejectionExample }],
  }),
  cdr: message('Cdr', {
    key: { type: 'string', description: 'any; such as the originator' },
    payload: ref(cdr),
    examples: [{ payload: example.cdrExample }],
  }),
  unrated: message('Unrated', {
    key: { type: 'string', description: 'topic/partition/offset of the CDR, and /inbound or /outbound of a leg' },
    payload: ref(unrated),
    examples: [{ payload: example.unratedExample }],
  }),
  checkpoint: message('Checkpoint', {
    contentType: checkpointType,
    key: {
      type: 'string',
      description: 'origin of the checkpoint: tollgate/ and the id of the first event of the ledger',
    },
    headers: {
      type: 'object',
      properties: { 'content-type': { type: 'string', const: checkpointType } },
      required: ['content-type'],
    },
    payload: {
      type: 'string',
      description:
        'A signed note (c2sp.org/signed-note, c2sp.org/tlog-checkpoint) as text: origin, number of events, root of their tree, an empty line, signature; byte for byte what GET /v1/checkpoints/latest answers.',
    },
    examples: [{ headers: { 'content-type': checkpointType }, payload: example.checkpointExample }],
  }),
});

const checkpointType = 'text/plain; charset=utf-8';
const bindingVersion = '0.5.0';
const partitions = 6;

const accountKey = { type: 'string', pattern: accountIdPattern.source, description: 'accountId' };

const channel = (
  address: string,
  description: string,
  { message, cleanup }: { message: string; cleanup?: 'compact' },
) => ({
  address,
  description,
  messages: { [message]: { $ref: `#/components/messages/${message}` } },
  bindings: {
    kafka: { partitions, ...(cleanup && { topicConfiguration: { 'cleanup.policy': [cleanup] } }), bindingVersion },
  },
});

const operation = (action: 'send' | 'receive', channel: string, message: string) => ({
  action,
  channel: { $ref: `#/channels/${channel}` },
  messages: [{ $ref: `#/channels/${channel}/messages/${message}` }],
});

const message = (
  name: string,
  {
    key,
    ...parts
  }: { key: JsonObject; contentType?: string; headers?: JsonObject; payload: object; examples: object[] },
) => ({
  name,
  contentType: 'application/json',
  ...parts,
  bindings: { kafka: { key, bindingVersion } },
});

/** Headers of the CloudEvents Kafka binding, binary mode. */
const cloudEventSchema = {
  type: 'object',
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: { type: 'string', format: 'uuid', description: 'commandId' },
    ce_type: { type: 'string', enum: ['tollgate.BlockTraffic.v1', 'tollgate.UnblockTraffic.v1'] },
    ce_source: { type: 'string', const: 'tollgate' },
    ce_subject: { type: 'string', description: 'accountId' },
    ce_time: { type: 'string', format: 'date-time', description: 'decidedAt' },
    'content-type': { type: 'string', const: 'application/json' },
  },
  required: ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_subject', 'ce_time', 'content-type'],
};

// @ts-check
'use strict';

const { isDeepStrictEqual } = require('node:util');
const { contentOf } = require('./meaning');
const { valueOf } = require('./verdict');

/** @typedef {{ file?: string, line?: number, actor?: string }} Claimed */

/** What headers claim, of the body or of the line of a batch at `place`; absent if they claim nothing. @param {[string, string][]} headers @param {number} place @returns {Claimed | undefined} */
const claimedIn = (headers, place = 0) => {
  const said = new Map(headers);
  const [file, line, actor] = ['file', 'line', 'actor'].map((name) => said.get(`tollgate-${name}`));
  const claimed = {
    ...(file !== undefined && { file: decodeURIComponent(file) }),
    ...(line !== undefined && { line: Number(line) + place }),
    ...(actor !== undefined && { actor: decodeURIComponent(actor) }),
  };
  return Object.keys(claimed).length > 0 ? claimed : undefined;
};

/** What stands in the log of where an event came from, in the words of history. @param {any} event */
const recordedBy = ({ metadata: { source, offset, line } }) => {
  const { http, kafka } = source.channel;
  const claimed = { ...source.claimed, ...(line !== undefined && { line }) };
  return {
    channel: kafka === undefined ? { http } : { kafka: { ...kafka, offset } },
    ...(Object.keys(claimed).length > 0 && { claimed }),
  };
};

/** @typedef {import('./check-messages').Sent} Sent */

const topics = { PaymentRecorded: 'payments.v1', UsageCharged: 'usage.v1' };

/** Of what nobody was told of over HTTP: the message it names must be the one that says so. @param {any} item @param {Map<string, Sent>} messages */
const messageFault = ({ type, data, by: { channel } }, messages) => {
  const { topic, partition, offset } = channel.kafka ?? {};
  const message = messages.get(`${topic}/${partition}/${offset}`);
  if (!message?.value) return 'nothing was sent there';
  if (message.topic !== topics[/** @type {keyof topics} */ (type)]) return 'that topic has nothing of this kind';
  return contentOf(valueOf(message.value)) === contentOf(data) ? undefined : 'another message stands there';
};

/**
 * Where each event came from is served as the log has it, and is so: the answer that said it is new had that request-id, or the
 * message at that place says it.
 * @param {{ events: any[], served: any[], sent: Sent[] }} seen @param {import('./report').Report} report
 */
const checkBy = ({ events, served, sent }, report) => {
  const told = new Map(report.acknowledged.filter(({ isNew }) => isNew).map(({ position, by }) => [position, by]));
  const messages = new Map(
    sent.map((message) => [`tollgate.${message.topic}/${message.partition}/${message.offset}`, message]),
  );
  const inLog = new Map(events.map((event) => [String(event.position), event]));
  /** @param {any} item */
  const faultOf = (item) => {
    const event = inLog.get(item.position);
    if (event === undefined || !isDeepStrictEqual(item.by, recordedBy(event))) return 'the log says otherwise';
    const known = told.get(item.position);
    // Where records of files come from is checked with the files.
    if (known === undefined && report.imported.has(`${item.type} ${contentOf(item.data)}`)) return undefined;
    if (known === undefined) return messageFault(item, messages);
    return isDeepStrictEqual(item.by, known) ? undefined : `it came by ${JSON.stringify(known)}`;
  };
  for (const item of served) {
    const fault = faultOf(item);
    if (fault) report.fault(`by of ${item.position}, ${JSON.stringify(item.by)}: ${fault}`);
  }
};

module.exports = { checkBy, claimedIn };

// @ts-check
'use strict';

const { claimFault } = require('./check-claims');
const { eventTypes, readLedger } = require('./ledger');
const { contentOf, isSame } = require('./meaning');
const { lastValueOf, messageIsValid, problemFault, valueOf } = require('./verdict');

/** `since`: the newest position known when it was sent. @typedef {{ topic: string, partition: number, offset: string, value: Buffer | null, since: number }} Sent */

/** What a message says, and whether the document allows it; with `lastValueOf` what it would have said before. @param {Sent} message */
const readMessage = ({ topic, value, since }, read = valueOf) => {
  const body = value === null ? undefined : read(value);
  const isValid = body !== undefined && messageIsValid[/** @type {keyof messageIsValid} */ (topic)](body);
  const type = topic === 'payments.v1' ? eventTypes.payment : eventTypes.usage;
  return { isValid, type, accountId: isValid ? body.accountId : '', body, since };
};

/** Payloads below this many bytes of JSON are kept whole: with all else they fit any broker (DESIGN 3). */
const keptWholeBytes = 500_000;

/** The bytes a rejection keeps, and what they are as JSON in full. @param {any} rejection @param {Buffer} value */
const keptOf = ({ payload, payloadBase64 }, value) =>
  Buffer.from(value.toString()).equals(value)
    ? { kept: Buffer.from(payload ?? ''), json: JSON.stringify(value.toString()) }
    : { kept: Buffer.from(payloadBase64 ?? '', 'base64'), json: value.toString('base64') };

/** A rejection holds what was sent, or the beginning of what is too long. @param {any} rejection @param {Buffer | null} value */
const payloadFault = (rejection, value) => {
  const { payload, sizeBytes, truncated } = rejection;
  if (value === null) return payload === null ? undefined : 'its payload is not null';
  const { kept, json } = keptOf(rejection, value);
  if (!value.subarray(0, kept.length).equals(kept)) return 'its payload is not what was sent';
  if (truncated === undefined) return kept.length === value.length ? undefined : 'its payload is not all that was sent';
  const isRight = json.length > keptWholeBytes && sizeBytes === value.length;
  return isRight ? undefined : `${kept.length} of ${sizeBytes} bytes are kept, of what is ${json.length} long`;
};

/** @param {import('./check-claims').Ledger} ledger @param {any} rejection @param {Sent} message */
const rejectionFault = (ledger, rejection, message) => {
  const { isValid, ...said } = readMessage(message);
  const { code, detail } = rejection;
  if ((code === 'INVALID_REQUEST') === isValid) return `rejected against the document as ${code}`;
  const untruth = isValid ? claimFault(ledger, { ...said, code, detail }) : undefined;
  if (untruth) return `rejected as ${code}, which is not true: ${untruth}`;
  return payloadFault(rejection, message.value) ?? problemFault(0, { ...rejection, status: 0 });
};

/** @param {import('./check-claims').Ledger} ledger @param {Sent} message */
const acceptanceFault = (ledger, message) => {
  const said = readMessage(message, lastValueOf);
  const entry = said.isValid ? ledger.recorded(said) : undefined;
  if (entry === undefined) return 'neither in the log nor rejected';
  if (isSame(said.type, entry.data, said.body)) return undefined;
  return `not rejected, and under its id stands ${JSON.stringify(entry.data).slice(0, 600)}`;
};

/** Nobody deletes what is sent here. @param {any[]} events */
const lossFaults = (events) =>
  events.flatMap(({ type, stream, data }) =>
    type === 'InputLost' ? [`${stream} tells of ${data.from} to ${data.to}, and nothing was lost`] : [],
  );

/** Every message is an event or a rejection, whichever it should be; what Kafka accounts for, by content. @param {any[]} events @param {Sent[]} sent @param {import('./report').Report} report */
const checkMessages = (events, sent, report) => {
  const ledger = readLedger(events);
  const rejections = new Map(
    events
      .filter(({ type }) => type === 'MessageRejected')
      .map(({ data }) => [`${data.source.topic}/${data.source.partition}/${data.source.offset}`, data]),
  );
  /** @type {Set<string>} */
  const contents = new Set();
  for (const message of sent) {
    const place = `tollgate.${message.topic}/${message.partition}/${message.offset}`;
    const rejection = rejections.get(place);
    rejections.delete(place);
    report.count('messages', rejection?.code ?? 'in the log');
    const fault = rejection ? rejectionFault(ledger, rejection, message) : acceptanceFault(ledger, message);
    if (fault) report.fault(`${place}: ${fault}: ${String(message.value).slice(0, 600)}`);
    const { type, body } = readMessage(message, lastValueOf);
    if (!rejection && !fault) contents.add(`${type} ${contentOf(body)}`);
  }
  for (const place of rejections.keys()) report.fault(`${place} was rejected and never sent`);
  for (const fault of lossFaults(events)) report.fault(fault);
  return contents;
};

module.exports = { checkMessages };

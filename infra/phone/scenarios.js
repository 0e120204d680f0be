// @ts-check
'use strict';

/*
 * Scenarios of sipp, as text: written out where its own short forms are wrong (the Via of an ACK to a refusal), and with the routes that
 * its own built-in ones leave out.
 */

/** @param {string} name @param {string} steps */
const scenario = (name, steps) =>
  `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="${name}">\n${steps}\n</scenario>\n`;

/** @param {string} text */
const sending = (text, attributes = '') => `<send ${attributes}><![CDATA[\n\n${text.trim()}\n\n]]></send>`;

/** @param {string} branch */
const via = (branch) => `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-${branch}`;

/** @param {string} cseq @param {string} to */
const headers = (cseq, to) => `From: "[caller]" <sip:[caller]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[callee]@[remote_ip]:[remote_port]>${to}
Call-ID: [call_id]
CSeq: ${cseq}
Contact: <sip:[caller]@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0`;

const invite = sending(
  `INVITE sip:[callee]@[remote_ip]:[remote_port] SIP/2.0\n${via('invite')}\n${headers('1 INVITE', '')}`,
  'retrans="500"',
);
/** @param {string} method @param {string} cseq */
const inDialog = (method, cseq, attributes = '') =>
  sending(
    `${method} [next_url] SIP/2.0\n${via(cseq.replace(' ', ''))}\n[routes]\n${headers(cseq, '[peer_tag_param]')}`,
    attributes,
  );

/** A final answer that is none, each of which ends the call. */
const refusals = [402, 403, 404, 408, 481, 484, 487, 500, 503]
  .map(
    (status) => `<recv response="${status}" optional="true" next="refused"><action>
  <ereg regexp=".*" search_in="hdr" header="Reason:" assign_to="reason"/>
  <log message="refused ${status} at [timestamp] with [$reason]"/></action></recv>`,
  )
  .join('\n');

const begin = `${invite}
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>
${refusals}`;

const refused = `<label id="refused"/>
${sending(`ACK sip:[callee]@[remote_ip]:[remote_port] SIP/2.0\n${via('invite')}\n${headers('1 ACK', '[peer_tag_param]')}`)}
<label id="over"/><nop/>`;

const okay = `SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0`;

/** @param {string} next */
const cut = (next) => `<action>
  <ereg regexp=".*" search_in="hdr" header="Reason:" assign_to="reason"/>
  <log message="cut at [timestamp] with [$reason]"/></action></recv>
${sending(okay, `next="${next}"`)}`;

/** @type {typeof import('./scenarios').callerScenario} */
const callerScenario = (talkMs) =>
  scenario(
    'caller',
    `${begin}
<recv response="200" rrs="true"><action><log message="answered at [timestamp]"/></action></recv>
${inDialog('ACK', '1 ACK')}
<recv request="BYE" timeout="${talkMs}" ontimeout="hang-up">${cut('over')}
<label id="hang-up"/>
${inDialog('BYE', '2 BYE', 'retrans="500"')}
<recv response="200" timeout="5000" ontimeout="over"><action><log message="hung up at [timestamp]"/></action></recv>
<nop next="over"/>
${refused}
<Reference variables="reason"/>`,
  );

/** @type {typeof import('./scenarios').givingUpScenario} */
const givingUpScenario = (afterMs) =>
  scenario(
    'giving up',
    `${invite}
<recv response="100" optional="true"/>
<recv response="180"/>
<pause milliseconds="${afterMs}"/>
${sending(`CANCEL sip:[callee]@[remote_ip]:[remote_port] SIP/2.0\n${via('invite')}\n${headers('1 CANCEL', '')}`)}
<recv response="200"/>
<recv response="487"><action><log message="refused 487 at [timestamp] with"/></action></recv>
${refused}`,
  );

/** @param {string} line */
const answer = (line) => `SIP/2.0 ${line}
[last_Via:]
[last_From:]
[last_To:];tag=[pid]v[call_number]
[last_Call-ID:]
[last_CSeq:]
[last_Record-Route:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0`;

/** @type {typeof import('./scenarios').vendorScenario} */
const vendorScenario = (ringMs) =>
  scenario(
    'vendor',
    `<recv request="INVITE"/>
${sending(answer('180 Ringing'))}
<recv request="CANCEL" timeout="${ringMs}" ontimeout="answer"/>
${sending(okay)}
${sending(answer('487 Request Terminated').replace('[last_CSeq:]', 'CSeq: [last_cseq_number] INVITE'))}
<recv request="ACK" next="over"/>
<label id="answer"/>
${sending(answer('200 OK'), 'retrans="500"')}
<recv request="ACK"/>
<recv request="BYE"/>
${sending(okay)}
<label id="over"/><nop/>`,
  );

/** @type {typeof import('./scenarios').refusingScenario} */
const refusingScenario = (status) =>
  scenario(
    'refusing',
    `<recv request="INVITE"/>
${sending(answer(`${status} Refused`))}
<recv request="ACK"/>`,
  );

/** @type {typeof import('./scenarios').silentScenario} */
const silentScenario = () => scenario('silent', '<recv request="INVITE"/>\n<pause milliseconds="60000"/>');

module.exports = { callerScenario, givingUpScenario, refusingScenario, silentScenario, vendorScenario };

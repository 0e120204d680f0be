// @ts-check
'use strict';

const http = require('node:http');
const { connect } = require('node:net');
const { gzipSync } = require('node:zlib');
const { claimedIn } = require('./check-by');
const { judgeCall, judgeLine } = require('./verdict');

/** @typedef {import('./inputs').Request} Request */
/** @typedef {import('./verdict').Answer} Answer */

const patienceMs = 30_000;
const afterwordMs = 300;
const connections = 16;

/** The statuses of all answers in a text. @param {string} text */
const statusesIn = (text) => Array.from(text.matchAll(/HTTP\/1\.1 (\d{3})/g), ([, status]) => status).join(' ');

/** @param {string} url */
const createClient = (url) => {
  const { hostname, port, host } = new URL(url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });

  /** Sends as it is; an event stream is left once it has begun. @param {Request} request @returns {Promise<Answer>} */
  const send = ({ method, path, headers, body: plain, packed }) =>
    new Promise((resolve, reject) => {
      const body = plain && packed ? gzipSync(plain) : plain;
      const all = [
        ['host', host],
        ...headers,
        ...(packed ? [['content-encoding', packed]] : []),
        ...(body ? [['content-length', String(body.length)]] : []),
      ];
      const request = http.request({ hostname, port, agent, method, path, headers: all.flat(), timeout: patienceMs });
      request.once('timeout', () => request.destroy(new Error(`no answer in ${patienceMs / 1_000} s`)));
      request.once('error', reject);
      request.once('response', (response) => {
        const status = response.statusCode ?? 0;
        const type = response.headers['content-type'] ?? '';
        const requestId = String(response.headers['request-id']);
        if (type.startsWith('text/event-stream')) {
          response.on('error', () => undefined);
          request.destroy();
          return resolve({ status, type, text: '', requestId });
        }
        /** @type {Buffer[]} */
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.once('end', () => resolve({ status, type, text: Buffer.concat(chunks).toString(), requestId }));
        response.once('error', reject);
      });
      request.end(body);
    });

  /**
   * What comes back for bytes that need not be HTTP, until the server closes or has nothing to add to an answer that is right.
   * @param {Buffer} bytes @param {string[]} right @returns {Promise<string>}
   */
  const sendRaw = (bytes, right) =>
    new Promise((resolve) => {
      const socket = connect(Number(port), hostname);
      let text = '';
      const wait = () => socket.setTimeout(right.includes(statusesIn(text)) ? afterwordMs : patienceMs);
      socket.on('timeout', () => socket.destroy());
      socket.on('data', (chunk) => {
        text += chunk;
        wait();
      });
      socket.on('error', () => undefined);
      socket.once('close', () => resolve(text));
      socket.write(bytes);
      wait();
    });

  return { send, sendRaw, close: () => agent.destroy() };
};

/** The lines of a body as DESIGN section 4 counts them, blank ones are none; and which of all lines each is. @param {Buffer} whole */
const linesOf = (whole) => {
  const body = whole.subarray(whole.subarray(0, 3).equals(Buffer.from('\ufeff')) ? 3 : 0);
  const lines = [];
  for (let start = 0, place = 0; start < body.length; place += 1) {
    const end = body.indexOf(0x0a, start);
    const line = body.subarray(start, end < 0 ? body.length : end);
    if (!/^[ \t\r]*$/.test(line.toString('latin1'))) lines.push({ line, place });
    start = end < 0 ? body.length : end + 1;
  }
  return lines;
};

/** @param {string} fault @param {Request | Buffer} input */
const describe = (fault, input) => {
  if (Buffer.isBuffer(input)) return `${fault}\n  ${JSON.stringify(input.toString().slice(0, 600))}`;
  const { method, path, headers, body } = input;
  const shown = JSON.stringify(headers).slice(0, 200);
  return `${fault}\n  ${method} ${path.slice(0, 200)} ${shown} ${JSON.stringify(body?.toString().slice(0, 600))}`;
};

/** Where what such a request records comes from. @param {Pick<Request, 'headers'>} request @param {Answer} answer @param {number} [place] of a batch's line */
const byOf = ({ headers }, { requestId }, place) => {
  const claimed = claimedIn(headers, place);
  return { channel: { http: requestId }, ...(claimed && { claimed }) };
};

const unanswered = (/** @type {unknown} */ error) => ({ status: 599, type: '', text: String(error), requestId: '' });

/** @param {ReturnType<typeof createClient>} client @param {import('./report').Report} report */
const createHttpSide = (client, report) => {
  /** @param {import('./verdict').Verdict} verdict @param {Request | Buffer} input @param {{ since: number, by: () => object }} sent */
  const note = ({ fault, acknowledged, claim }, input, { since, by }) => {
    if (fault) report.fault(describe(fault, input));
    else if (acknowledged) report.acknowledge({ ...acknowledged, since, by: by() });
    // Reads are served from a model that may be a little behind.
    else if (claim) report.claim({ ...claim, since: claim.type === undefined ? report.begun : since });
  };

  return {
    /** @param {Request} request */
    call: async (request) => {
      const since = report.newest;
      const answer = await client.send(request).catch(unanswered);
      report.count(request.method === 'GET' ? 'reads' : 'calls', answer.status);
      note(judgeCall(request, answer), request, { since, by: () => byOf(request, answer) });
    },
    /** What a dry run says would be recorded is not: nothing in the log may answer to it. @param {import('./inputs').Batch} batch */
    batch: async ({ plain, isDryRun, claims, body, packed }) => {
      const since = report.newest;
      const headers = /** @type {[string, string][]} */ ([['content-type', 'application/x-ndjson'], ...claims]);
      const request = { method: 'POST', path: `/v1/batch${isDryRun ? '?dryRun=true' : ''}`, headers, body, packed };
      const sent = await client.send(request).catch(unanswered);
      const { status, text } = sent;
      const lines = linesOf(body);
      const answers = text.split('\n').slice(0, -1);
      if (status !== 200 || answers.length !== lines.length) {
        const told = status === 200 ? `${answers.length} answers to ${lines.length} lines` : `${status} ${text}`;
        return report.fault(`a batch: ${told.slice(0, 600)}`);
      }
      lines.forEach(({ line, place }, index) => {
        const answer = JSON.parse(answers[index] ?? '');
        report.count(isDryRun ? 'lines asked' : 'lines', answer.status);
        const verdict = judgeLine(line, answer, { isPlain: plain.has(line.toString('latin1')), isDryRun });
        note(verdict, line, { since, by: () => byOf(request, sent, place) });
      });
    },
    /** @param {import('./raw-requests').RawRequest} request */
    raw: async ({ bytes, right }) => {
      const text = await client.sendRaw(bytes, right);
      const statuses = statusesIn(text);
      report.count('raw', statuses || 'unanswered');
      const isProblem = /^content-type: application\/problem\+json/im.test(text) && /"detail":"[^"]/.test(text);
      if (!right.includes(statuses)) report.fault(describe(`raw: ${statuses}, not ${right.join(' or ')}`, bytes));
      else if (/[45]\d\d/.test(statuses) && !isProblem) report.fault(describe(`raw: ${text.slice(0, 300)}`, bytes));
    },
  };
};

module.exports = { createClient, createHttpSide };

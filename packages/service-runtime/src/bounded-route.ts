import type { FastifyRequest, onRequestHookHandler, onSendHookHandler, preParsingHookHandler } from 'fastify';
import { hold, overloaded } from './admission';
import type { Admission } from './admission';
import { unpacked } from './content-coding';

/**
 * Hooks of a route whose bodies are bounded by `admission`: 503 `OVERLOADED` before anything of the body is read. A body counts
 * from its headers until its answer is handed over: a client that is slow to take the answer holds up nobody else.
 */
export const boundedBy = (admission: Admission): BodyHooks => ({
  onRequest: (request, _reply, done) => {
    const bytes = announcedBytes(request);
    if (!admission.take(bytes)) {
      done(overloaded());
      return;
    }
    request.admission = admission;
    request.heldBytes = bytes;
    admission.receiving(request);
    done();
  },
  // eslint-disable-next-line max-params -- Fastify's own
  preParsing: (request, _reply, payload, done) => {
    done(null, unpacked(request, payload));
  },
  // eslint-disable-next-line max-params -- Fastify's own
  onSend: (request, _reply, _payload, done) => {
    hold(request, 0);
    // What is still unpacked of it is read by nobody, and counted no more.
    request.admission = null;
    done();
  },
});

type BodyHooks = { onRequest: onRequestHookHandler; preParsing: preParsingHookHandler; onSend: onSendHookHandler };

/** As much as it may become, where a request does not say how long its body is. */
const announcedBytes = ({ headers, server }: FastifyRequest): number => {
  const most = server.initialConfig.bodyLimit ?? Infinity;
  if (headers['transfer-encoding'] !== undefined) return most;
  const length = headers['content-length'];
  return length === undefined ? 0 : Math.min(Number(length), most);
};

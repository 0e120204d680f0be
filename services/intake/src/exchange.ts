import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Metadata } from '@tollgate/balance';
import { claimsOf, problemOf } from '@tollgate/contracts';
import { HttpProblem, valid } from '@tollgate/service-runtime';
import type { Answer } from './answer';

export type Exchange = { request: FastifyRequest; reply: FastifyReply };

/** What is known of where a request comes from; what it claims is checked. */
export const createOrigin = (clock: () => Date) => {
  const textOfTime = createTimeText();
  return ({ id, headers }: FastifyRequest) => {
    const { claimed, firstLine } = valid(claimsOf(headers));
    const source: Metadata['source'] = {
      receivedAt: textOfTime(clock()),
      channel: { http: id },
      ...(claimed && { claimed }),
    };
    return { source, firstLine };
  };
};

/** Many requests come within one millisecond, and putting a time into words costs as much as reading a small one's headers. */
const createTimeText = (): ((time: Date) => string) => {
  let last = NaN;
  let text = '';
  return (time) => {
    if (time.getTime() !== last) text = time.toISOString();
    last = time.getTime();
    return text;
  };
};

export const send = (reply: FastifyReply, { status, text }: Answer): void => {
  reply
    .code(status)
    .type(status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8')
    .send(text);
};

export const requireJson = (contentType: string | undefined): void => {
  if (contentType === 'application/json') return;
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const isUtf8 = parameters.every((parameter) => !/^\s*charset=(?!"?utf-8"?\s*$)/.test(parameter));
  if (type?.trim() !== 'application/json' || !isUtf8) throw unsupported('application/json', contentType);
};

export const unsupported = (wanted: string, got: string | undefined): HttpProblem =>
  new HttpProblem(
    problemOf({ code: 'INVALID_REQUEST', detail: `content-type: send ${wanted}, not ${got ?? 'nothing'}` }, 415),
  );

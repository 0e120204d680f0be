import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { problemOf } from '@tollgate/contracts';
import { HttpProblem } from './http-problem';

/**
 * What is wrong with where a request says it goes and comes from; undefined if nothing is. A web page in someone's browser can reach
 * us by a name that its author lets point here (DNS rebinding): then the host is that name. An address or localhost is nobody else's.
 */
export const createHostCheck = (allowedHosts: readonly string[]) => {
  const allowed = new Set(allowedHosts.map((name) => name.toLowerCase()));
  let lastAllowed: string | undefined;

  const isAllowed = (host: string): boolean => {
    const name = nameOf(host);
    return name === 'localhost' || isIP(name) !== 0 || allowed.has(name);
  };

  return (request: IncomingMessage): HttpProblem | undefined => {
    const detail = countFault(request);
    if (detail !== undefined) return new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail }));
    const { host, origin } = request.headers;
    if (host !== undefined && host !== lastAllowed) {
      if (!isAllowed(host)) return notAllowed(host);
      lastAllowed = host;
    }
    return origin === undefined ||
      isOwn(origin, host ?? '') ||
      (isOfHost(origin) && allowed.has(nameOf(authorityOf(origin))))
      ? undefined
      : foreign(origin);
  };
};

/** A request names one host (RFC 9112, 3.2); before HTTP/1.1 it need not. */
const countFault = ({ httpVersion, rawHeaders }: IncomingMessage): string | undefined => {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 'host'.length && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1) return 'host: named more than once';
  return hosts === 0 && httpVersion === '1.1' ? 'host: required' : undefined;
};

/** Without the port, and an IPv6 address without its brackets; a dot at the end only says that a name is whole. */
const nameOf = (host: string): string => {
  const [, address, name = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host.trim()) ?? [];
  return (address ?? name.replace(/\.$/, '')).toLowerCase();
};

/** Whether a page is one that we served ourselves, or a proxy before us under the same name. */
const isOwn = (origin: string, host: string): boolean => authorityOf(origin) === host.toLowerCase();

/** A sandboxed frame or a file of somebody's disk says `null`: whose it is cannot be told. */
const isOfHost = (origin: string): boolean => /^https?:\/\//i.test(origin);

const authorityOf = (origin: string): string => origin.toLowerCase().replace(/^https?:\/\//, '');

const shown = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

const notAllowed = (host: string): HttpProblem =>
  new HttpProblem(
    problemOf({
      code: 'HOST_NOT_ALLOWED',
      detail: `host: ${shown(host)} is no address, not localhost and not among the names that are answered; if it is meant for this Tollgate, name it in TOLLGATE_ALLOWED_HOSTS`,
    }),
  );

const foreign = (origin: string): HttpProblem =>
  new HttpProblem(
    problemOf({
      code: 'ORIGIN_NOT_ALLOWED',
      detail: isOfHost(origin)
        ? `origin: web pages of ${shown(origin)} may not call this Tollgate; if they should, name their host in TOLLGATE_ALLOWED_HOSTS`
        : `origin: a web page that does not say where it is from (${shown(origin)}) may not call this Tollgate`,
    }),
  );

import type { IncomingMessage } from 'node:http';
import { createHostCheck } from './allowed-hosts';

const check = createHostCheck(['Tollgate.example', 'tollgate']);
const verdictOn = (headers: Record<string, string>): string => {
  const request = { httpVersion: '1.1', headers, rawHeaders: Object.entries(headers).flat() };
  const { code, detail } = check(request as unknown as IncomingMessage)?.problem ?? { code: 'answered', detail: '' };
  return `${code} ${detail}`.trim();
};

test.each([
  ...['localhost', 'localhost:8400', 'LocalHost:80', 'localhost.', '127.0.0.1', '127.0.0.1:8400', '10.0.0.7'],
  ...[
    '[::1]',
    '[::1]:8400',
    '[FE80::1]:1',
    'tollgate.example',
    'TOLLGATE.EXAMPLE:443',
    'tollgate.example.',
    'tollgate:1',
  ],
])('the host %s is answered', (host) => {
  expect(verdictOn({ host })).toBe('answered');
});

test.each([
  ...[
    'evil.example',
    'tollgate.example.evil.example',
    'localhost.evil.example',
    'notlocalhost',
    '127.0.0.1.evil.example',
  ],
  ...[
    '[::1].evil.example',
    '[tollgate]x',
    '1.2.3',
    '0x7f000001',
    '2130706433',
    '::1',
    'a:b:1',
    'localhost:x',
    '',
    'localhost..',
  ],
])('the host %j, a name that its owner may point here, is not answered, and is named', (host) => {
  expect(verdictOn({ host })).toBe(
    `HOST_NOT_ALLOWED host: ${host} is no address, not localhost and not among the names that are answered; if it is meant for this Tollgate, name it in TOLLGATE_ALLOWED_HOSTS`,
  );
});

test.each([
  [{ host: 'localhost:8400', origin: 'http://localhost:8400' }],
  [{ host: '127.0.0.1:8400', origin: 'http://127.0.0.1:8400' }],
  [{ host: 'Tollgate.example', origin: 'https://tollgate.example' }],
  [{ host: '127.0.0.1:8400', origin: 'https://tollgate.example:8443' }],
])('a page of our own may call: %j', (headers) => {
  expect(verdictOn(headers)).toBe('answered');
});

test.each([
  ['https://evil.example', 'localhost:8400'],
  ['http://localhost:3000', 'localhost:8400'],
  ['http://203.0.113.5', '127.0.0.1:8400'],
  ['https://tollgate.example.evil.example', 'tollgate.example'],
])('a page of %j may not call %s', (origin, host) => {
  expect(verdictOn({ host, origin })).toMatch(
    /^ORIGIN_NOT_ALLOWED origin: web pages of .* may not call this Tollgate; .*TOLLGATE_ALLOWED_HOSTS$/,
  );
});

test.each(['null', '', 'file://tollgate.example'])(
  'a page of %j may not call, whatever is allowed: null used to be let in where it was named',
  (origin) => {
    const allowingAll = createHostCheck(['null', '', 'tollgate.example']);
    const request = { httpVersion: '1.1', rawHeaders: ['Host', 'localhost'], headers: { host: 'localhost', origin } };
    expect(allowingAll(request as unknown as IncomingMessage)?.problem).toMatchObject({
      code: 'ORIGIN_NOT_ALLOWED',
      detail: expect.stringContaining('does not say where it is from') as string,
    });
  },
);

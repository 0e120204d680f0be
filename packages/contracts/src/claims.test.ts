import fc from 'fast-check';
import { claimHeadersOf, claimsOf } from './index';

const refused = (headers: Parameters<typeof claimsOf>[0]): string => {
  const claims = claimsOf(headers);
  return claims.ok ? 'accepted' : claims.detail;
};
const textRule = 'must be 1 to 200 printable characters as percent-encoded UTF-8';

describe('what a client says of itself', () => {
  test('nothing, unless it says so', () => {
    expect(claimsOf({ 'content-type': 'application/json' })).toEqual({ ok: true, value: {} });
  });

  test('a file, a line and who sent it', () => {
    const headers = { 'tollgate-file': 'anrufe%20f%C3%BCr%2Ecsv', 'tollgate-line': '18', 'tollgate-actor': 'ops' };
    expect(claimsOf(headers)).toEqual({
      ok: true,
      value: { claimed: { file: 'anrufe für.csv', actor: 'ops' }, firstLine: 18 },
    });
    expect(claimsOf({ 'tollgate-line': '1' })).toEqual({ ok: true, value: { firstLine: 1 } });
  });

  const noTexts = [
    '',
    ' ',
    'a b',
    'a%',
    'a%4',
    '%zz',
    '%FF',
    '%ED%A0%80',
    'ü',
    '%00',
    'a%0Ab',
    '%E2%80%AE',
    'x'.repeat(201),
  ];
  test.each(noTexts)('the file and the actor %j are refused by the name of the header', (text) => {
    expect(refused({ 'tollgate-file': text })).toBe(`tollgate-file: ${textRule}`);
    expect(refused({ 'tollgate-actor': text })).toBe(`tollgate-actor: ${textRule}`);
  });

  test.each(['', '0', '-1', '1.5', '01', '1e3', 'x', '1, 2', '9'.repeat(16)])('the line %j is refused', (text) => {
    expect(refused({ 'tollgate-line': text })).toBe('tollgate-line: must be the number of a line, from 1');
  });

  test('200 characters are taken, however many bytes they need', () => {
    const file = '\u{1f600}'.repeat(200);
    expect(claimsOf({ 'tollgate-file': encodeURIComponent(file) })).toEqual({ ok: true, value: { claimed: { file } } });
  });

  test('the headers that the commands send are always taken, and say the name if it is one that can be said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), fc.nat(), (file, at) => {
        const claims = claimsOf(claimHeadersOf({ file, line: at + 1 }));
        expect(claims).toMatchObject({ ok: true, value: { firstLine: at + 1 } });
        const isSayable = !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(file) && Array.from(file).length <= 200;
        if (isSayable) expect(claims).toMatchObject({ value: { claimed: { file } } });
      }),
    );
  });
});

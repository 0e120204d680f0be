import { cdrIn } from './cdr-row';

const row =
  '1795412125|1795412126|1.190000|c0ffee|1-19811@127.0.0.1|acme|vendor2|49301|442071|4420|asked|1795412125.717429';

test('a row becomes a CDR that names what its legs were authorised under', () => {
  expect(cdrIn(row, 'switch-1')).toEqual({
    cdrId: 'c0ffee',
    callId: '1-19811@127.0.0.1',
    originator: 'acme',
    terminator: 'vendor2',
    caller: '49301',
    callee: '442071',
    startedAt: '2026-11-23T05:35:25.717Z',
    durationMs: 1_190,
    attributes: {
      switchId: 'switch-1',
      prefix: '4420',
      authorizationInbound: 'c0ffee-in',
      authorizationOutbound: 'c0ffee-out',
    },
  });
});

test('a call that nobody could be asked about names no authorisation', () => {
  expect(cdrIn(row.replace('asked', 'unasked'), 'switch-1').attributes).toEqual({
    switchId: 'switch-1',
    prefix: '4420',
  });
});

test('a bar in a name does not part it, and a start without a fraction is whole seconds', () => {
  const cdr = cdrIn(row.replace('49301', 'a%7Cb').replace('1795412125.717429', ''), 'switch-1');
  expect([cdr.caller, cdr.startedAt]).toEqual(['a|b', '2026-11-23T05:35:25.000Z']);
});

test.each([
  ['a column less', row.replace('|4420', ''), 'it has 11 columns, not 12'],
  ['no call', row.replace('c0ffee', ''), 'it names no call, originator or terminator'],
  ['a duration that is none', row.replace('1.190000', '-1'), '"-1" is no number of seconds'],
])('%s is refused', (_what, text, message) => {
  expect(() => cdrIn(text, 'switch-1')).toThrow(message);
});

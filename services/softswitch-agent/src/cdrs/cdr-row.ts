import { inboundLeg, outboundLeg } from '../calls/authorize';
import type { Cdr } from './cdr';

const columns = 12;

/** A row that Kamailio's acc wrote, with the columns of kamailio.cfg; throws where it is none. */
export const cdrIn = (row: string, switchId: string): Cdr => {
  const fields = row.split('|').map((field) => field.replaceAll('%7C', '|'));
  if (fields.length !== columns) throw new Error(`it has ${String(fields.length)} columns, not ${String(columns)}`);
  const [start = '', , duration = '', id = '', callId = '', account = '', vendor = '', ...rest] = fields;
  const [caller = '', callee = '', prefix = '', legs = '', connect = ''] = [...rest.slice(0, 4), rest[4] ?? ''];
  if (id === '' || account === '' || vendor === '') throw new Error('it names no call, originator or terminator');
  return {
    cdrId: id,
    callId,
    originator: account,
    terminator: vendor,
    caller,
    callee,
    startedAt: instantOf(connect === '' ? start : connect),
    durationMs: millisecondsOf(duration),
    attributes: {
      switchId,
      prefix,
      ...(legs === 'asked' && {
        authorizationInbound: inboundLeg(id, account).authorizationId,
        authorizationOutbound: outboundLeg(id, vendor).authorizationId,
      }),
    },
  };
};

/** Seconds since 1970, with a fraction. */
const instantOf = (seconds: string): string => {
  const time = new Date(millisecondsOf(seconds));
  return time.toISOString();
};

const millisecondsOf = (seconds: string): number => {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d+))?$/.exec(seconds) ?? [];
  if (whole === undefined) throw new Error(`"${seconds}" is no number of seconds`);
  return Number(whole) * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3));
};

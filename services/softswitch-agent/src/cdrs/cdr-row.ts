import { authorizationAttributes } from '@tollgate/contracts';
import type { Cdr } from '@tollgate/contracts';
import { inboundLeg, outboundLeg } from '../calls/authorize';

/** What Kamailio's acc writes, in this order: start, end and duration, then `cdr_extra` of kamailio.cfg. */
const columns = [
  ...['start', 'end', 'duration', 'id', 'callId', 'account'],
  ...['vendor', 'caller', 'callee', 'prefix', 'legs', 'connect'],
] as const;

/** A row that Kamailio's acc wrote; throws where it is none. */
export const cdrIn = (row: string, switchId: string): Cdr => {
  const { id, account, vendor, ...fields } = fieldsOf(row);
  if (id === '' || account === '' || vendor === '') throw new Error('it names no call, originator or terminator');
  return {
    cdrId: id,
    callId: fields.callId,
    originator: account,
    terminator: vendor,
    caller: fields.caller,
    callee: fields.callee,
    // The start of the row itself is in whole seconds.
    startedAt: new Date(millisecondsOf(fields.connect || fields.start)).toISOString(),
    durationMs: millisecondsOf(fields.duration),
    attributes: {
      switchId,
      prefix: fields.prefix,
      ...(fields.legs === 'asked' && {
        [authorizationAttributes.inbound]: inboundLeg(id, account).authorizationId,
        [authorizationAttributes.outbound]: outboundLeg(id, vendor).authorizationId,
      }),
    },
  };
};

type Fields = Record<(typeof columns)[number], string>;

const fieldsOf = (row: string): Fields => {
  const values = row.split('|').map((field) => field.replaceAll('%7C', '|'));
  if (values.length !== columns.length)
    throw new Error(`it has ${String(values.length)} columns, not ${String(columns.length)}`);
  return Object.fromEntries(columns.map((name, index) => [name, values[index]])) as Fields;
};

/** Of seconds since 1970, or of a duration, with a fraction. */
const millisecondsOf = (seconds: string): number => {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:\.(\d+))?$/.exec(seconds) ?? [];
  if (whole === undefined) throw new Error(`"${seconds}" is no number of seconds`);
  return Number(whole) * 1_000 + Number(fraction.padEnd(3, '0').slice(0, 3));
};

import type { TrafficCommand } from '@tollgate/contracts';
import { parseAmount, signedAmountPattern } from '@tollgate/money';
import { coloured, printable } from './terminal-text';

/** A command on one line: when, what, whose traffic, its sequence, why. */
export const commandText = (command: TrafficCommand): string => {
  const { type, accountId, direction, sequence, exhausted, balances, currency, cause, decidedAt } = command;
  const verb = type === 'BlockTraffic' ? coloured('red', 'BLOCK  ') : coloured('green', 'UNBLOCK');
  const why = exhausted.length === 0 ? 'nothing exhausted' : `exhausted: ${exhausted.join(', ')}`;
  const amounts = `inbound ${balances.inbound}, outbound ${balances.outbound}, ${mutualText(balances)} ${currency}`;
  const causedBy = `by ${cause.type} ${cause.stream}@${String(cause.revision)}`;
  return `${decidedAt}  ${verb}  ${printable(accountId)}/${direction} #${String(sequence)}  ${why}  (${amounts})  ${printable(causedBy)}`;
};

/** A command carries no formula, but its figures tell which one made them; at zero both agree. */
const mutualText = ({ inbound, outbound, mutual }: TrafficCommand['balances']): string => {
  if (mutual === '0' || ![inbound, outbound, mutual].every((amount) => signedAmountPattern.test(amount)))
    return `mutual ${mutual}`;
  const isDefault = parseAmount(outbound) - parseAmount(inbound) === parseAmount(mutual);
  return `mutual (${isDefault ? 'outbound − inbound' : 'inbound − outbound'}) ${mutual}`;
};

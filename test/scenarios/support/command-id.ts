import { createHash } from 'node:crypto';

const namespace = Buffer.from('8f6b3f0a-5a1e-4f5e-9d0c-2b7f4d1c6e35'.replaceAll('-', ''), 'hex');

/** The commandId that DESIGN 3 promises: the UUIDv5 of `accountId/direction/sequence` (RFC 9562, 5.5). */
export const expectedCommandId = (command: { accountId: string; direction: string; sequence: number }): string => {
  const name = `${command.accountId}/${command.direction}/${String(command.sequence)}`;
  const hex = createHash('sha1').update(namespace).update(name).digest('hex').slice(0, 32);
  const variant = ((parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, variant + hex.slice(17, 20), hex.slice(20)].join(
    '-',
  );
};

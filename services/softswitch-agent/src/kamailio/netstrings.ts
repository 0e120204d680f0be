/** A message as it goes over evapi: `<bytes>:<text>,`. */
export const netstring = (text: string): string => `${String(Buffer.byteLength(text))}:${text},`;

const most = 1 << 20;

/** Takes bytes as they come, however they are parted, and gives the messages that are whole. Throws where they are no netstrings. */
export const createNetstringReader = () => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk: Buffer): string[] => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages: string[] = [];
    for (;;) {
      const colon = rest.subarray(0, 8).indexOf(':');
      if (colon < 0 && rest.length < 8) return messages;
      const digits = rest.subarray(0, Math.max(colon, 0)).toString();
      if (!/^\d+$/.test(digits) || Number(digits) > most) throw new Error('what came is no netstring');
      const end = colon + 1 + Number(digits);
      if (rest.length <= end) return messages;
      if (rest[end] !== comma) throw new Error('a netstring does not end with a comma');
      messages.push(rest.subarray(colon + 1, end).toString());
      rest = rest.subarray(end + 1);
    }
  };
};

const comma = 0x2c;

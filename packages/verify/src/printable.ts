/** Text of others on one line of a terminal: nothing in it can move the cursor, and so write over a finding, or begin a line of its own. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');

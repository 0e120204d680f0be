const damages: readonly (readonly [pattern: RegExp, what: string])[] = [
  [
    /^[+-]?\d(?:[.,]\d+)?E\+\d{2,3}$/i,
    'looks like a long number that a spreadsheet has shortened: its digits are lost. Make the column text and export it again',
  ],
  [/^(?:#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!)|#{3,})$/, 'is what a spreadsheet shows where it has no value'],
  [/\ufffd/, 'has characters in it that were lost before (U+FFFD)'],
];

/** What a program that had the file before has done to a cell; absent if it seems to be as it was. */
export const damageOf = (text: string): string | undefined => damages.find(([pattern]) => pattern.test(text))?.[1];

/** A cell that a spreadsheet does not show but runs. Numbers with a sign, also those that are dialled, it only reads. */
export const isFormula = (text: string): boolean => /^[=@\t\r]|^[+-](?![\d\s().,/-]*$)/.test(text);

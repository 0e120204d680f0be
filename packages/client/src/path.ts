/** A path of which some parts are ids: `path\`/v1/accounts/${id}\``. Throws on an id that no address can carry. */
export const path = (texts: TemplateStringsArray, ...ids: string[]): string =>
  texts.map((text, at) => (at === 0 ? '' : segmentOf(ids[at - 1] ?? '')) + text).join('');

/** `.` and `..` are taken out of an address with what stands before them, percent-encoded or not (WHATWG URL, 4.4). */
const segmentOf = (id: string): string => {
  if (id === '' || id === '.' || id === '..')
    throw new RangeError(`${JSON.stringify(id)} is no id of anything: an address cannot carry it`);
  return encodeURIComponent(id);
};

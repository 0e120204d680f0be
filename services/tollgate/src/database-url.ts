/** What of a password is not written as %… ends up in other parts of a URL, where it would be shown. */
export const isDatabaseUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash } = new URL(text);
  return /^postgres(ql)?:$/.test(protocol) && hash === '' && !(pathname + search).includes('@');
};

import { parseBody, parseJsonText } from '@tollgate/contracts';

type Schema<Value> = Parameters<typeof parseBody<Value>>[0];

const answerLimitMs = 5_000;

/** JSON to and from one URL and what is below it. Rejects where an answer does not come, is no success, or says something else. */
export const createPoster = (url: string, authorization: string | undefined) => {
  const closing = new AbortController();
  const base = url.replace(/\/$/, '');
  const headers = { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) };

  const exchange = async <Value>(target: string, init: RequestInit, schema: Schema<Value>): Promise<Value> => {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(answerLimitMs)]);
    // A redirection would make a GET of what is posted.
    const answer = await fetch(target, { ...init, headers, redirect: 'error', signal });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${target} answered ${String(answer.status)}: ${text.slice(0, 200)}`);
    const json = parseJsonText(text);
    const parsed = json.ok ? parseBody(schema, json.value) : json;
    if (!parsed.ok) throw new Error(`${target}: ${parsed.detail}`);
    return parsed.value;
  };
  return {
    look: <Value>(schema: Schema<Value>): Promise<Value> => exchange(base, {}, schema),
    post: <Value>(path: string, body: object, schema: Schema<Value>): Promise<Value> =>
      exchange(`${base}/${path}`, { method: 'POST', body: JSON.stringify(body) }, schema),
    close: (): void => {
      closing.abort();
    },
  };
};

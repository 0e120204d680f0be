import { get, post, put } from './api';
import type { Answer, Fields, JsonAnswer, Sent } from './api';
import { readContract } from './contract';

/** The calls of the API, each answer checked against what the server's own OpenAPI document says of it. */
export const describedApi = async (url: string) => {
  const contract = await readContract(url);
  const check = <Checked extends Answer>(sent: Pick<Sent, 'method' | 'path'>, answer: Checked): Checked => {
    expect(contract.faultsOf(sent, answer)).toEqual([]);
    return answer;
  };
  return {
    check,
    post: async (path: string, body: Fields): Promise<JsonAnswer> =>
      check({ method: 'POST', path }, await post(url, path, body)),
    put: async (path: string, body: Fields): Promise<JsonAnswer> =>
      check({ method: 'PUT', path }, await put(url, path, body)),
    get: async (path: string): Promise<JsonAnswer> => check({ method: 'GET', path }, await get(url, path)),
  };
};
export type DescribedApi = Awaited<ReturnType<typeof describedApi>>;

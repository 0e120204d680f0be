import { problemOf, problems } from './index';
import type { ProblemCode } from './index';
import { problem } from './problem';

test.each<[ProblemCode, number]>([
  ['INVALID_REQUEST', 400],
  ['ACCOUNT_NOT_FOUND', 404],
  ['ORIGINAL_NOT_FOUND', 404],
  ['NOT_FOUND', 404],
  ['ID_CONFLICT', 409],
  ['ALREADY_REVERSED', 409],
  ['ACCOUNT_EXISTS', 409],
  ['CURRENCY_MISMATCH', 422],
  ['INTERNAL_ERROR', 500],
  ['STORE_UNAVAILABLE', 503],
  ['OVERLOADED', 503],
  ['READ_MODEL_BEHIND', 503],
])('%s is answered with %d', (code, status) => {
  const answer = problemOf({ code, detail: 'why' });
  expect(answer).toEqual({ type: 'about:blank', title: problems[code].title, status, code, detail: 'why' });
  expect(problem.parse(answer)).toEqual(answer);
});

test('a conflict shows both bodies', () => {
  const answer = problemOf({
    code: 'ID_CONFLICT',
    detail: 'why',
    existing: { amount: '1' },
    received: { amount: '2' },
  });
  expect(answer).toMatchObject({ existing: { amount: '1' }, received: { amount: '2' } });
});

test('a status that HTTP has for the case replaces the usual one of the code', () => {
  expect(problemOf({ code: 'INVALID_REQUEST', detail: 'too large' }, 413)).toMatchObject({
    code: 'INVALID_REQUEST',
    status: 413,
  });
});

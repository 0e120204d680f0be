import { problemOf } from '@tollgate/contracts';
import type { Parsed, Problem } from '@tollgate/contracts';

/** Thrown by a handler to answer with a problem. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly problem: Problem;
  /** Of the answer, by their names. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.detail);
    this.problem = problem;
    this.headers = headers;
  }
}

/** The parsed value; what could not be parsed is answered 400. */
export const valid = <Value>(parsed: Parsed<Value>): Value => {
  if (parsed.ok) return parsed.value;
  throw new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail: parsed.detail }));
};

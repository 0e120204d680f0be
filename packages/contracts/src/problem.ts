import { z } from 'zod';

/** Every code an error answer or a rejection can carry, with its HTTP status and title (DESIGN 4). */
export const problems = {
  INVALID_REQUEST: { status: 400, title: 'The request is not valid' },
  AUTHORIZATIONS_NOT_SERVED: { status: 403, title: 'Calls are authorised on a loopback address only' },
  ACKNOWLEDGEMENTS_NOT_SERVED: { status: 403, title: 'Commands are acknowledged on a loopback address only' },
  ORIGIN_NOT_ALLOWED: { status: 403, title: 'Web pages from there may not call' },
  ACCOUNT_NOT_FOUND: { status: 404, title: 'There is no such account' },
  ORIGINAL_NOT_FOUND: { status: 404, title: 'There is nothing to reverse under that id' },
  AUTHORIZATION_NOT_FOUND: { status: 404, title: 'The account was granted no such authorization' },
  COMMAND_NOT_FOUND: { status: 404, title: 'No such command was given' },
  STATEMENT_NOT_FOUND: { status: 404, title: 'The account has no such closed statement' },
  NOT_FOUND: { status: 404, title: 'There is no such resource' },
  ID_CONFLICT: { status: 409, title: 'The id was used before with other content' },
  ALREADY_REVERSED: { status: 409, title: 'The entry was reversed before' },
  ACCOUNT_EXISTS: { status: 409, title: 'The account was opened before with other content' },
  STATEMENT_PERIOD_INVALID: { status: 409, title: 'A statement of the account cannot end then' },
  AUTHORIZATION_ENDED: { status: 409, title: 'The call has ended' },
  HOST_NOT_ALLOWED: { status: 421, title: 'The request is for a host that is not answered' },
  WRONG_ROLE: { status: 421, title: 'Another role serves that' },
  CURRENCY_MISMATCH: { status: 422, title: 'The account is kept in another currency' },
  INTERNAL_ERROR: { status: 500, title: 'Tollgate failed; send it again, ids are permanent' },
  STORE_UNAVAILABLE: { status: 503, title: 'The event log cannot be used now' },
  OVERLOADED: { status: 503, title: 'More is under way than Tollgate takes at once' },
  READ_MODEL_BEHIND: { status: 503, title: 'The read model has not reached that position yet' },
} as const;

export type ProblemCode = keyof typeof problems;
export const problemCode = z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]);

/** The body of every error answer: RFC 9457 with a `code`. */
export const problem = z
  .strictObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: problemCode,
    detail: z.string().meta({ description: 'What is wrong, with the field named, and what to do.' }),
    existing: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'With a conflict: the body first accepted.' }),
    received: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'With a conflict: the body refused now.' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;

type Refusal = { code: ProblemCode; detail: string; existing?: object; received?: object };

/** `status` differs from the code's own only where HTTP has a more exact one (413, 415). */
export const problemOf = (
  { code, detail, existing, received }: Refusal,
  status: number = problems[code].status,
): Problem => ({
  type: 'about:blank',
  title: problems[code].title,
  status,
  code,
  detail,
  ...(existing && { existing: { ...existing } }),
  ...(received && { received: { ...received } }),
});

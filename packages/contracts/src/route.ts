import type { z } from 'zod';
import type { ProblemCode } from './problem';

/** Content of a body: one JSON value, lines of JSON, server-sent events, or text. */
export type Content =
  | { as: 'json'; schema: z.ZodType; example: unknown }
  | { as: 'lines'; of: z.ZodType; examples: readonly unknown[] }
  | { as: 'events'; data: z.ZodType; example: unknown }
  | { as: 'text'; mediaType: string; description: string };

export type Route = {
  method: 'get' | 'post' | 'put';
  path: string;
  operationId: string;
  tag: 'records' | 'accounts' | 'calls' | 'traffic' | 'proofs' | 'operator';
  summary: string;
  request?: Content;
  parameters?: readonly { name: string; in: string }[];
  /** By status; a status with two contents is negotiated by the Accept header. */
  answers: Readonly<Record<number, { description: string; content: readonly Content[] }>>;
  problems: readonly ProblemCode[];
};

export const json = (schema: z.ZodType, example: unknown): Content => ({ as: 'json', schema, example });

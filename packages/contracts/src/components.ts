import { z } from 'zod';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

/** The named schemas a document refers to, each written once under `#/components/schemas`. */
export type Components = {
  /** A reference to a schema by its `id`; the schema comes along into the document. */
  ref(schema: z.ZodType): { $ref: string };
  /** All that was referred to and what they refer to, by name. */
  schemas(): JsonObject;
};

const prefix = '#/components/schemas/';

export const createComponents = (): Components => {
  const used = new Map<string, z.ZodType>();
  return {
    ref: (schema) => {
      const id = schema.meta()?.id;
      if (id === undefined) throw new Error('a schema without an id cannot be referred to');
      used.set(id, schema);
      return { $ref: prefix + id };
    },
    schemas: () => {
      const { $defs } = z.toJSONSchema(z.object(Object.fromEntries(used)));
      const text = JSON.stringify($defs).replaceAll('"$ref":"#/$defs/', `"$ref":"${prefix}`);
      const schemas = JSON.parse(text) as JsonObject;
      return Object.fromEntries(
        Object.keys(schemas)
          .sort()
          .map((id) => [id, schemas[id]]),
      );
    },
  };
};

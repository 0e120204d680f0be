import { adjustment, payment, reversal, usage } from '@tollgate/contracts';
import { FileFault } from './file-fault';
import { idFieldOf, importKinds, kindOfFields } from './import-record';
import type { ImportKind } from './import-record';

const shapes = { payment, usage, adjustment, reversal };

/** Fields that hold others, and their names: any name for attributes. */
const reversedPrefix = 'of.';
const attributePrefix = 'attributes.';

const fieldsOf = (kind: ImportKind): string[] =>
  Object.keys(shapes[kind].shape).flatMap((name) => {
    if (name === 'of') return Object.keys(reversal.shape.of.shape).map((inner) => `${reversedPrefix}${inner}`);
    return name === 'attributes' ? [`${attributePrefix}<name>`] : [name];
  });

const plain = (heading: string): string => heading.toLowerCase().replaceAll(/[\s_]/g, '');

const fieldsByHeading = new Map(['kind', ...importKinds.flatMap(fieldsOf)].map((name) => [plain(name), name] as const));

/** The field that a heading means, whatever its case, blanks and underscores; the heading itself if it means none. */
export const fieldOfHeading = (heading: string): string => {
  const name = heading.trim();
  const [prefix = '', ...rest] = name.split('.');
  if (rest.length > 0 && `${plain(prefix)}.` === attributePrefix) return `${attributePrefix}${rest.join('.').trim()}`;
  return fieldsByHeading.get(plain(name)) ?? name;
};

/** Whether a row names the fields; those above it are a title, or something else that people and programs put there. */
export const namesFields = (fields: readonly string[], kind: ImportKind | undefined): boolean => {
  if (fields.includes('kind')) return true;
  return kind === undefined
    ? kindOfFields((name) => fields.includes(name)) !== undefined
    : fields.includes(idFieldOf(kind));
};

/** Throws `FileFault` where a column is none of what the records can have. */
export const requireKnown = (fields: readonly string[], kind: ImportKind | undefined): void => {
  const possible =
    fields.includes('kind') || kind === undefined
      ? ['kind', ...new Set(importKinds.flatMap(fieldsOf))]
      : fieldsOf(kind);
  const hasAttributes = possible.includes(`${attributePrefix}<name>`);
  const isKnown = (name: string): boolean =>
    possible.includes(name) || (hasAttributes && name.startsWith(attributePrefix));
  const unknown = fields.find((name) => !isKnown(name));
  if (unknown !== undefined)
    throw new FileFault(
      `the column "${unknown}" is no field of a ${kind ?? 'record'}; there are ${possible.join(', ')}`,
    );
  const twice = fields.find((name, at) => fields.indexOf(name) !== at);
  if (twice !== undefined) throw new FileFault(`the column "${twice}" is there twice`);
};

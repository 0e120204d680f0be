import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { parseBody, parseJsonText } from '@tollgate/contracts';
import { SettingsError } from './settings';

/** What a file of JSON says. Throws `SettingsError`, naming file and field; `about` names the setting. */
export const readChecked = <Said>(path: string, schema: z.ZodType<Said>, about = ''): Said => {
  const json = parseJsonText(textOf(path, about));
  const parsed = json.ok ? parseBody(schema, json.value) : json;
  if (!parsed.ok) throw new SettingsError(`${about}${path}: ${parsed.detail}`);
  return parsed.value;
};

const textOf = (path: string, about: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SettingsError(`${about}${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

type Manifest = { name: string; exports?: Record<string, { source: string } | string> };

/** A copy of this workspace in a temporary folder: its manifests, empty public files, and `files` that break its rules. */
export const canaryWorkspace = (root: string, files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-canary-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };

  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  linkLibraries(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const home of workspaces(root)) {
    const text = readFileSync(join(root, home, 'package.json'), 'utf8');
    const { name, exports } = JSON.parse(text) as Manifest;
    write(join(home, 'package.json'), text);
    for (const target of Object.values(exports ?? {}))
      if (typeof target !== 'string') write(join(home, target.source), 'export {};\n');
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(join(folder, home), join(folder, 'node_modules', name));
  }
  for (const [file, text] of Object.entries(files)) write(file, text);
  return folder;
};

const workspaces = (root: string): string[] =>
  ['packages', 'services']
    .flatMap((kind) => readdirSync(join(root, kind)).map((name) => join(kind, name)))
    .filter((home) => existsSync(join(root, home, 'package.json')));

const linkLibraries = (from: string, to: string): void => {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (!name.startsWith('.') && !['@tollgate', 'tollgate'].includes(name))
      symlinkSync(join(from, name), join(to, name));
  }
};

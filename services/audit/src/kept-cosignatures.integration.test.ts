import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { place } from './audit.fixture';
import { openKeptCosignatures } from './kept-cosignatures';
import { readWitnessAddress } from './witness-address';
import { createCosigner } from './witness.fixture';

const name = 'witness.example/w1';
const own = createCosigner(name);
const address = readWitnessAddress(`https://witness.example ${own.line}`);
const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const noteOf = (size: number, origin = 'tollgate/a'): string =>
  `${origin}\n${String(size)}\n${Buffer.alloc(32).toString('base64')}\n\n\u2014 tollgate/a AAAA\n`;
const kept = { note: noteOf(5), cosignatures: [own.cosign(noteOf(5)).trimEnd()] };

const open = async (text?: string) => {
  await mkdir(dirname(place.keyPath), { recursive: true });
  if (text !== undefined) await writeFile(`${place.keyPath}.cosigned`, text);
  return openKeptCosignatures(place.keyPath, logger);
};

test('what a witness cosigned last is there after a start, for the origin that is signed', async () => {
  const before = await open();
  before.keep({ [name]: kept });
  await before.close();
  const after = await open();
  expect(after.of(address, noteOf(9))).toEqual(kept);
  expect(after.of(address, noteOf(9, 'tollgate/a/2'))).toBeUndefined();
  expect(after.of(address, undefined)).toBeUndefined();
  expect(after.of(readWitnessAddress(`https://w ${createCosigner(name).line}`), noteOf(9))).toBeUndefined();
});

test.each(['null', '5', '"x"', '[]', '{', '', '{"witness.example/w1":null}', '{"witness.example/w1":{}}'])(
  'a file that holds %j ended the start, or else has none',
  async (text) => {
    expect((await open(text)).of(address, noteOf(9))).toBeUndefined();
  },
);

test('lines that somebody put beside the right one are not given out', async () => {
  const cosignatures = [`\u2014 somebody AAAA\n${kept.cosignatures.join('')}`, '\u2014 other AAAA'];
  expect((await open(JSON.stringify({ [name]: { ...kept, cosignatures } }))).of(address, noteOf(9))).toEqual(kept);
});

import { createXxh64 } from './xxh64';

/** Of the reference implementation's own checks. */
test.each([
  ['', 0xef46db3751d8e999n],
  ['a', 0xd24ec4f1a98c6e5bn],
  ['abc', 0x44bc2cf5ad770999n],
  ['Nobody inspects the spammish repetition', 0xfbcea83c8a378bf1n],
])('the hash of %j is the one that is published, however it is parted', (text, hash) => {
  for (let size = 1; size < 40; size += 6) {
    const xxh64 = createXxh64();
    for (let at = 0; at < text.length; at += size) xxh64.update(Buffer.from(text.slice(at, at + size)));
    expect(xxh64.digest()).toBe(hash);
  }
});

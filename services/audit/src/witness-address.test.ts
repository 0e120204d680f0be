import { readWitnessAddress } from './witness-address';
import { createCosigner } from './witness.fixture';

const { line } = createCosigner('witness.example/w1');
/** Of the log of C2SP's example in golang.org/x/mod/sumdb/note: a key that signs. */
const signing = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

test('is a URL and a key, by whose name it is called', () => {
  const address = readWitnessAddress(` https://witness.example/some/where/  ${line} `);
  expect(address).toMatchObject({ url: 'https://witness.example/some/where', name: 'witness.example/w1' });
  expect(address.publicKey).toHaveLength(32);
});

test.each([
  ['', /^must be URL KEY/],
  [line, /^must be URL KEY/],
  [`https://secret.example ${line} more`, /^must be URL KEY/],
  [`https://secret.example ${line.slice(0, -1)}`, /^must be URL KEY/],
  [`https://secret.example ${signing}`, /^the key of PeterNeumann is none of a witness/],
  [`https://secret.example ${line.replace('/w1', '/w2')}`, /^the key of witness.example\/w2 does not match its id/],
  [`secret.example ${line}`, /^the URL of witness.example\/w1 must be/],
  [`ftp://secret.example ${line}`, /^the URL of witness.example\/w1 must be/],
  [`https://me:secret@w.example ${line}`, /^the URL of witness.example\/w1 must be/],
  [`https://w.example/?secret ${line}`, /^the URL of witness.example\/w1 must be/],
])('%j is none, and of the URL nothing is told', (text, says) => {
  const read = (): unknown => readWitnessAddress(text);
  expect(read).toThrow(says);
  expect(read).not.toThrow(/secret/);
});

import { Transform } from 'node:stream';
import type { Duplex } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyRequest, RequestPayload } from 'fastify';
import { problemOf } from '@tollgate/contracts';
import { unzstd } from '@tollgate/zstd';
import { holdMore, overloaded } from './admission';
import { HttpProblem } from './http-problem';

/** What a server may be sent (RFC 9110, 12.5.3). */
const acceptEncoding = 'gzip, zstd';

/** What is read of a body: itself, or what its content-encoding packed. Throws 415 for what is not known. */
export const unpacked = (request: FastifyRequest, payload: RequestPayload): RequestPayload => {
  const named = request.headers['content-encoding'];
  if (named === undefined) return payload;
  const name = named.trim().toLowerCase();
  if (name === '' || name === 'identity') return payload;
  const createUnpacker = unpackers[name];
  if (createUnpacker === undefined) throw unknownCoding(named);
  return unpackedBy({ name, unpacker: createUnpacker(), most: request.routeOptions.bodyLimit }, request, payload);
};

const unpackers: Record<string, () => Duplex & { bytesWritten?: number }> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  zstd: () => createUnzstd(),
};

type Unpacking = { name: string; unpacker: Duplex & { bytesWritten?: number }; most: number };

/** Counts what comes out as it comes, and ends where that is too much. The request itself is never destroyed: it is to be answered. */
const unpackedBy = (
  { name, unpacker, most }: Unpacking,
  request: FastifyRequest,
  payload: RequestPayload,
): RequestPayload => {
  let size = 0;
  const counted: Transform & { receivedEncodedLength?: number } = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      size += chunk.length;
      if (size > most) done(tooLarge(most));
      else if (!holdMore(request, size)) done(overloaded());
      else done(null, chunk);
    },
    flush: (done) => {
      const isWhole = unpacker.bytesWritten === undefined || unpacker.bytesWritten === counted.receivedEncodedLength;
      done(isWhole ? null : broken(name, 'bytes follow its end'));
    },
  });
  counted.receivedEncodedLength = 0;
  payload.on('data', (chunk: Buffer) => {
    counted.receivedEncodedLength = (counted.receivedEncodedLength ?? 0) + chunk.length;
  });
  payload.on('error', (error) => counted.destroy(error));
  // Whoever reads it is told, where somebody still does: not after a refusal.
  counted.on('error', () => undefined);
  unpacker.on('error', (error) => counted.destroy(error instanceof HttpProblem ? error : broken(name, error.message)));
  counted.on('close', () => {
    payload.unpipe(unpacker);
    unpacker.destroy();
  });
  payload.pipe(unpacker).pipe(counted);
  return counted;
};

/**
 * Node has none before 22.15. It begins when all has come: a client that stalls would keep a window of it. What stands behind it takes
 * each piece, and may end it, while the next is made.
 */
const createUnzstd = (): Duplex => {
  const packed: Buffer[] = [];
  const unpacker = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      packed.push(chunk);
      done();
    },
    flush: (done) => {
      unpackInto(unpacker, packed).then(() => {
        done();
      }, done);
    },
  });
  return unpacker;
};

const unpackInto = async (unpacker: Transform, packed: Buffer[]): Promise<void> => {
  for await (const piece of unzstd(packed)) {
    if (unpacker.destroyed) return;
    unpacker.push(piece);
  }
};

const broken = (name: string, why: string): HttpProblem =>
  new HttpProblem(
    problemOf({ code: 'INVALID_REQUEST', detail: `content-encoding: the body cannot be unpacked as ${name}: ${why}` }),
  );

const tooLarge = (most: number): HttpProblem =>
  new HttpProblem(
    problemOf({ code: 'INVALID_REQUEST', detail: `the body is larger than ${String(most)} bytes once unpacked` }, 413),
  );

const unknownCoding = (named: string): HttpProblem =>
  new HttpProblem(
    problemOf(
      {
        code: 'INVALID_REQUEST',
        detail: `content-encoding: ${named} is not read; send the body as it is, or packed once as gzip or zstd`,
      },
      415,
    ),
    { 'accept-encoding': acceptEncoding },
  );

declare module 'snappyjs' {
  /** Throws if the bytes are not Snappy or come to more than `maxLength`. */
  export const uncompress: (compressed: Buffer, maxLength?: number) => Buffer;
}

declare module 'lz4js' {
  /** Most bytes that a frame may come to. */
  export const decompressBound: (frame: Uint8Array) => number;
  export const decompress: (frame: Uint8Array) => Uint8Array;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response' {
  const response: { decode: (answer: Buffer) => Promise<object> };
  export default response;
}

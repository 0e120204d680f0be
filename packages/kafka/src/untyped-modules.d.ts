declare module 'snappyjs' {
  /** Throws if the bytes are not Snappy or come to more than `maxLength`. */
  export const uncompress: (compressed: Buffer, maxLength?: number) => Buffer;
}

declare module 'lz4js' {
  /** Most bytes that a frame may come to. */
  export const decompressBound: (frame: Uint8Array) => number;
  /** Writes a block of `bytes` from `from` on into `whole` from `to` on, and returns where it ends there. What finds no room is passed over. */
  export const decompressBlock: (
    ...block: [frame: Uint8Array, whole: Uint8Array, from: number, bytes: number, to: number]
  ) => number;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response' {
  const response: { decode: (answer: Buffer) => Promise<object> };
  export default response;
}

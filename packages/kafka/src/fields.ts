/** Reads an answer of a broker, field by field (the guide to Kafka's protocol, "Protocol Primitive Types"). Throws where it ends too early. */
export class Fields {
  readonly bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  left(): number {
    return this.bytes.length - this.at;
  }

  int8(): number {
    return this.bytes.readInt8(this.move(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.move(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.move(4));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.move(8));
  }

  string(): string {
    const sizeBytes = this.int16();
    const start = this.move(sizeBytes);
    return this.bytes.toString('utf8', start, start + sizeBytes);
  }

  array<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.int32(); left > 0; left -= 1) items.push(read());
    return items;
  }

  /** A number in as few bytes as it takes, its sign in the last bit: exact up to 2^53. */
  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw endsTooEarly();
      value += (byte & 127) * scale;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  }

  /** Bytes after their length; null for a negative one. */
  varBytes(): Buffer | null {
    const sizeBytes = this.varint();
    if (sizeBytes < 0) return null;
    const start = this.move(sizeBytes);
    return this.bytes.subarray(start, start + sizeBytes);
  }

  /** Goes behind the next bytes, and returns where they begin. */
  move(sizeBytes: number): number {
    const start = this.at;
    if (sizeBytes < 0 || sizeBytes > this.left()) throw endsTooEarly();
    this.at = start + sizeBytes;
    return start;
  }
}

const endsTooEarly = (): Error => new Error('an answer of the broker ends in the middle of a field');

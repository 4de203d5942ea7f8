/** A field as it is on the wire: an integer, or the bytes of a text, of an embedded message or of a map's entry. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

/** A body that is not a protobuf message, or has something in it that cannot be read. */
export class ProtobufError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtobufError';
  }
}

const INTEGER = 0;
const BYTES = 2;

/** Splits a message into its fields. Source: https://protobuf.dev/programming-guides/encoding. Fixed-width numbers are not read. */
export function readFields(message: Uint8Array): readonly WireField[] {
  const fields: WireField[] = [];
  let position = 0;

  function readInteger(): bigint {
    let result = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[position];
      if (byte === undefined) break;
      position += 1;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, result);
    }
    throw new ProtobufError('an integer in the message is not complete');
  }

  while (position < message.length) {
    const tag = Number(readInteger());
    const [number, type] = [tag >> 3, tag & 7];
    if (type === INTEGER) {
      fields.push({ number, value: readInteger() });
    } else if (type === BYTES) {
      const end = Number(readInteger()) + position;
      if (end < position || end > message.length) throw new ProtobufError('a field of the message is not complete');
      fields.push({ number, value: message.subarray(position, end) });
      position = end;
    } else {
      throw new ProtobufError(`the message has a field of the wire type ${type}`);
    }
  }
  return fields;
}

/** Whether a field says no more than if it were not there. */
export function isZero({ value }: WireField): boolean {
  return typeof value === 'bigint' ? value === 0n : value.length === 0;
}

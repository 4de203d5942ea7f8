import type { Json } from '../../../core/json.ts';
import { isZero, ProtobufError, readFields, type WireField } from './wire.ts';

/** How a field becomes JSON. */
export interface Field {
  readonly name: string;
  readonly read: (value: WireField['value']) => unknown;
  /** `map`: each entry is a message of a key and a value, which `read` reads. */
  readonly form: 'one' | 'list' | 'map';
  /** A pointer in Go: a zero says something. All other zeros are left out of JSON. */
  readonly pointer: boolean;
}

/** The fields of a message by their numbers. */
export type Message = Readonly<Record<number, Field>>;

/** Reads a message as JSON. Throws a ProtobufError for a field that is not in the table, unless it says nothing. */
export function readMessage(message: Message, bytes: Uint8Array): Json {
  const result = new Map<string, unknown>();
  for (const wire of readFields(bytes)) {
    const field = message[wire.number];
    if (field === undefined) skip(wire);
    else add(result, field, wire);
  }
  return Object.fromEntries(result);
}

// Messages of which every field is zero are skipped as well.
function skip(wire: WireField): void {
  if (isZero(wire)) return;
  if (typeof wire.value === 'bigint') throw new ProtobufError(`the field ${wire.number} is not supported`);
  let nested: readonly WireField[];
  try {
    nested = readFields(wire.value);
  } catch {
    throw new ProtobufError(`the field ${wire.number} is not supported`);
  }
  for (const field of nested) skip(field);
}

function add(result: Map<string, unknown>, { name, read, form, pointer }: Field, wire: WireField): void {
  if (form === 'list') {
    result.set(name, [...((result.get(name) ?? []) as readonly unknown[]), read(wire.value)]);
  } else if (form === 'map') {
    const [key, value] = readEntry(wire.value, read);
    result.set(name, { ...((result.get(name) ?? {}) as Json), [key]: value });
  } else if (pointer || !isZero(wire)) {
    result.set(name, read(wire.value));
  }
}

function readEntry(entry: WireField['value'], read: Field['read']): readonly [string, unknown] {
  const fields = readFields(bytesOf(entry));
  function at(number: number): WireField['value'] {
    return fields.find((field) => field.number === number)?.value ?? new Uint8Array();
  }
  return [textOf(at(1)), read(at(2))];
}

function bytesOf(value: WireField['value']): Uint8Array {
  if (typeof value === 'bigint') throw new ProtobufError('the message has a number where bytes belong');
  return value;
}

function textOf(value: WireField['value']): string {
  return Buffer.from(bytesOf(value)).toString();
}

function numberOf(value: WireField['value']): number {
  if (typeof value !== 'bigint') throw new ProtobufError('the message has bytes where a number belongs');
  return Number(value);
}

function field(name: string, read: Field['read'], rest: Partial<Pick<Field, 'form' | 'pointer'>> = {}): Field {
  return { name, read, form: 'one', pointer: false, ...rest };
}

function base64(value: WireField['value']): string {
  return Buffer.from(bytesOf(value)).toString('base64');
}

// Of the library for quantities, a message with one text.
function quantity(value: WireField['value']): unknown {
  return readMessage({ 1: text('text') }, bytesOf(value))['text'] ?? '0';
}

function intOrText(value: WireField['value']): unknown {
  const {
    kind,
    number = 0,
    text: words,
  } = readMessage({ 1: integer('kind'), 2: integer('number'), 3: text('text') }, bytesOf(value));
  return kind === 1 ? words : number;
}

const POINTER = { pointer: true };

export function text(name: string): Field {
  return field(name, textOf);
}
export function texts(name: string): Field {
  return field(name, textOf, { form: 'list' });
}
export function textMap(name: string): Field {
  return field(name, textOf, { form: 'map' });
}
export function bytesMap(name: string): Field {
  return field(name, base64, { form: 'map' });
}
export function quantityMap(name: string): Field {
  return field(name, quantity, { form: 'map' });
}
export function integer(name: string): Field {
  return field(name, numberOf);
}
export function integerPointer(name: string): Field {
  return field(name, numberOf, POINTER);
}
export function flag(name: string): Field {
  return field(name, (value) => numberOf(value) !== 0);
}
export function flagPointer(name: string): Field {
  return field(name, (value) => numberOf(value) !== 0, POINTER);
}
export function intOrString(name: string): Field {
  return field(name, intOrText, POINTER);
}
export function one(name: string, message: Message): Field {
  return field(name, (value) => readMessage(message, bytesOf(value)));
}
/** A message that is there even when it is empty. */
export function onePointer(name: string, message: Message): Field {
  return field(name, (value) => readMessage(message, bytesOf(value)), POINTER);
}
export function many(name: string, message: Message): Field {
  return field(name, (value) => readMessage(message, bytesOf(value)), { form: 'list' });
}

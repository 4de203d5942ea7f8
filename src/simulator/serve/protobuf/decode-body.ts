import { asText, type Json } from '../../../core/json.ts';
import { KINDS } from './kinds.ts';
import { readMessage, text, type Message } from './message.ts';
import { ProtobufError, readFields, type WireField } from './wire.ts';

export { ProtobufError };

/** The content type of bodies in protobuf. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** What each body begins with. */
const MAGIC = Buffer.from('k8s\0', 'latin1');

const TYPE_META: Message = { 1: text('apiVersion'), 2: text('kind') };

/** The envelope of an object. */
const TYPE = 1;
const OBJECT = 2;

/**
 * Reads the body of a request in protobuf, which kubectl uses when it makes an object itself (`kubectl create configmap`). Throws a
 * ProtobufError for kinds and fields that kubectl does not set there.
 */
export function decodeBody(body: Uint8Array): Json {
  if (!MAGIC.equals(body.subarray(0, MAGIC.length))) throw new ProtobufError('the body is not protobuf of Kubernetes');
  const fields = readFields(body.subarray(MAGIC.length));
  const { apiVersion, kind } = readMessage(TYPE_META, bytesAt(fields, TYPE));
  const message = KINDS[asText(kind)];
  if (message === undefined) throw new ProtobufError(`the kind ${asText(kind)} is not supported`);
  return { apiVersion, kind, ...readMessage(message, bytesAt(fields, OBJECT)) };
}

function bytesAt(fields: readonly WireField[], number: number): Uint8Array {
  const value = fields.find((field) => field.number === number)?.value;
  return typeof value === 'bigint' || value === undefined ? new Uint8Array() : value;
}

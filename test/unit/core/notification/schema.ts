import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';

const FILE = new URL('../../../../docs/reference/notification.schema.json', import.meta.url);

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The published schema leaves room for fields to come; here a field that it does not name is an error. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in inner ? { ...inner, additionalProperties: false } : inner;
}

const ajv = new Ajv2020({ allErrors: true, strict: true });
addFormats.default(ajv);
const published: Json = JSON.parse(readFileSync(FILE, 'utf8')) as Json;
const validate = ajv.compile(closed(published) as object);

/** What is wrong with a notification, by its published schema; nothing when it is right. */
export function schemaErrors(notification: unknown): string[] {
  // Over the wire, as a receiver gets it.
  return validate(JSON.parse(JSON.stringify(notification)))
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

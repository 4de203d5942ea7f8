import type { Json } from '../../../core/json.ts';

const PREFIX = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

function reference(name: string): Json {
  return { $ref: `#/components/schemas/${PREFIX}${name}` };
}

const TEXT = { type: 'string' };
const TEXTS = { type: 'array', items: TEXT };
const TEXTS_BY_NAME = { type: 'object', additionalProperties: TEXT };
const TIME = { allOf: [reference('Time')] };
const NUMBER = { type: 'integer', format: 'int64' };

/** The fields that all objects have, as every document of Kubernetes describes them. */
export const COMMON_PROPERTIES: Json = {
  apiVersion: {
    description:
      'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to ' +
      `the latest internal value, and may reject unrecognized values. More info: ${CONVENTIONS}#resources`,
    type: 'string',
  },
  kind: {
    description:
      'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the ' +
      `client submits requests to. Cannot be updated. In CamelCase. More info: ${CONVENTIONS}#types-kinds`,
    type: 'string',
  },
  metadata: {
    description: `Standard object's metadata. More info: ${CONVENTIONS}#metadata`,
    allOf: [reference('ObjectMeta')],
  },
};

/** What `metadata` refers to: types without descriptions. */
export const META_SCHEMAS: Json = {
  [`${PREFIX}ObjectMeta`]: {
    description: 'ObjectMeta is metadata that all persisted resources must have, which includes all objects users must create.',
    type: 'object',
    properties: {
      annotations: TEXTS_BY_NAME,
      creationTimestamp: TIME,
      deletionGracePeriodSeconds: NUMBER,
      deletionTimestamp: TIME,
      finalizers: TEXTS,
      generateName: TEXT,
      generation: NUMBER,
      labels: TEXTS_BY_NAME,
      managedFields: { type: 'array', items: reference('ManagedFieldsEntry') },
      name: TEXT,
      namespace: TEXT,
      ownerReferences: { type: 'array', items: reference('OwnerReference') },
      resourceVersion: TEXT,
      selfLink: TEXT,
      uid: TEXT,
    },
  },
  [`${PREFIX}OwnerReference`]: {
    type: 'object',
    required: ['apiVersion', 'kind', 'name', 'uid'],
    properties: {
      apiVersion: TEXT,
      blockOwnerDeletion: { type: 'boolean' },
      controller: { type: 'boolean' },
      kind: TEXT,
      name: TEXT,
      uid: TEXT,
    },
  },
  [`${PREFIX}ManagedFieldsEntry`]: {
    type: 'object',
    properties: {
      apiVersion: TEXT,
      fieldsType: TEXT,
      fieldsV1: { allOf: [reference('FieldsV1')] },
      manager: TEXT,
      operation: TEXT,
      subresource: TEXT,
      time: TIME,
    },
  },
  [`${PREFIX}FieldsV1`]: { type: 'object' },
  [`${PREFIX}Time`]: { type: 'string', format: 'date-time' },
};

import type { KubeObject } from '../../../kube/kube-object.ts';
import { asObject } from '../../../core/json.ts';
import { textAt, withoutNulls } from './fields.ts';
import type { ResourceType } from './resource-type.ts';

/** Json of `v1` Events, and what `events.k8s.io/v1` calls them. */
const RENAMED: Readonly<Record<string, string>> = {
  involvedObject: 'regarding',
  message: 'note',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
  reportingComponent: 'reportingController',
};
const ORIGINAL = Object.fromEntries(Object.entries(RENAMED).map(([core, renamed]) => [renamed, core]));

const OBJECT_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

type Overrides = Pick<ResourceType, 'storage' | 'fields' | 'unknownField' | 'strategy'>;

function fieldsOf(names: { readonly object: string; readonly controller: string }): Overrides['fields'] {
  // Field selectors read the stored form, which is the one of `v1`.
  const own = OBJECT_FIELDS.map((field) => [`${names.object}.${field}`, at(`involvedObject.${field}`)] as const);
  return {
    ...Object.fromEntries(own),
    reason: at('reason'),
    type: at('type'),
    [names.controller]: (event) => textAt(event, 'source.component') || textAt(event, 'reportingComponent'),
    reportingComponent: at('reportingComponent'),
  };
}

function at(path: string): (object: KubeObject) => string {
  return (object) => textAt(object, path);
}

/** Json that Go writes even when they are empty. */
function complete(event: KubeObject): KubeObject {
  return {
    ...withoutNulls(event),
    metadata: event.metadata,
    involvedObject: asObject(event['involvedObject']),
    source: asObject(event['source']),
    firstTimestamp: event['firstTimestamp'] ?? null,
    lastTimestamp: event['lastTimestamp'] ?? null,
    eventTime: event['eventTime'] ?? null,
    reportingComponent: event['reportingComponent'] ?? '',
    reportingInstance: event['reportingInstance'] ?? '',
  };
}

function rename(event: KubeObject, names: Readonly<Record<string, string>>, apiVersion: string): KubeObject {
  const entries = Object.entries(event).map(([key, value]) => [names[key] ?? key, value]);
  return { ...(Object.fromEntries(entries) as KubeObject), apiVersion };
}

/** Events of the core group. Both versions show the same objects, stored in this form. */
export const CORE_EVENT: Overrides = {
  storage: 'events',
  fields: fieldsOf({ object: 'involvedObject', controller: 'source' }),
  unknownField: 'Label',
  strategy: { normalize: complete, recordsWriteTime: true },
};

/** Events of `events.k8s.io/v1`. */
export const EVENT: Overrides = {
  storage: 'events',
  fields: fieldsOf({ object: 'regarding', controller: 'reportingController' }),
  unknownField: 'Label',
  strategy: {
    normalize: complete,
    recordsWriteTime: true,
    fromStorage: (event) => {
      const { reportingController, reportingInstance, ...rest } = rename(event, RENAMED, 'events.k8s.io/v1');
      const reporter = withoutEmptyTexts({ reportingController, reportingInstance });
      return { ...rest, metadata: event.metadata, ...reporter, regarding: asObject(rest['regarding']) };
    },
    toStorage: (event) => rename(event, ORIGINAL, 'v1'),
  },
};

function withoutEmptyTexts(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

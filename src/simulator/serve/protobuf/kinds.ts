import {
  bytesMap,
  flag,
  flagPointer,
  integer,
  integerPointer,
  intOrString,
  many,
  one,
  onePointer,
  quantityMap,
  text,
  textMap,
  texts,
  type Message,
} from './message.ts';

const META: Message = {
  ...{ 1: text('name'), 2: text('generateName'), 3: text('namespace'), 5: text('uid'), 6: text('resourceVersion') },
  ...{ 11: textMap('labels'), 12: textMap('annotations'), 13: many('ownerReferences', owner()), 14: texts('finalizers') },
};

function owner(): Message {
  return {
    ...{ 1: text('kind'), 3: text('name'), 4: text('uid'), 5: text('apiVersion') },
    ...{ 6: flagPointer('controller'), 7: flagPointer('blockOwnerDeletion') },
  };
}

const REQUIREMENT: Message = { 1: text('key'), 2: text('operator'), 3: texts('values') };
const SELECTOR: Message = { 1: textMap('matchLabels'), 2: many('matchExpressions', REQUIREMENT) };

const CONTAINER: Message = {
  ...{ 1: text('name'), 2: text('image'), 3: texts('command'), 4: texts('args'), 5: text('workingDir') },
  6: many('ports', {
    ...{ 1: text('name'), 2: integer('hostPort'), 3: integer('containerPort'), 4: text('protocol'), 5: text('hostIP') },
  }),
  7: many('env', { 1: text('name'), 2: text('value') }),
  8: one('resources', { 1: quantityMap('limits'), 2: quantityMap('requests') }),
  14: text('imagePullPolicy'),
};

const POD_SPEC: Message = {
  2: many('containers', CONTAINER),
  3: text('restartPolicy'),
  ...{ 4: integerPointer('terminationGracePeriodSeconds'), 5: integerPointer('activeDeadlineSeconds') },
  ...{ 7: textMap('nodeSelector'), 8: text('serviceAccountName'), 10: text('nodeName'), 20: many('initContainers', CONTAINER) },
};

const TEMPLATE: Message = { 1: one('metadata', META), 2: one('spec', POD_SPEC) };

const RULE: Message = {
  ...{ 1: texts('verbs'), 2: texts('apiGroups'), 3: texts('resources'), 4: texts('resourceNames'), 5: texts('nonResourceURLs') },
};
const SUBJECT: Message = { 1: text('kind'), 2: text('apiGroup'), 3: text('name'), 4: text('namespace') };
const ROLE: Message = { 2: many('rules', RULE) };
const BINDING: Message = {
  2: many('subjects', SUBJECT),
  3: one('roleRef', { 1: text('apiGroup'), 2: text('kind'), 3: text('name') }),
};

const JOB: Message = {
  2: one('spec', {
    ...{ 1: integerPointer('parallelism'), 2: integerPointer('completions'), 3: integerPointer('activeDeadlineSeconds') },
    ...{ 6: one('template', TEMPLATE), 7: integerPointer('backoffLimit'), 8: integerPointer('ttlSecondsAfterFinished') },
    10: flagPointer('suspend'),
  }),
};

const DEPLOYMENT: Message = {
  2: one('spec', {
    ...{ 1: integerPointer('replicas'), 2: onePointer('selector', SELECTOR), 3: one('template', TEMPLATE) },
    4: one('strategy', { 1: text('type') }),
    ...{ 5: integer('minReadySeconds'), 6: integerPointer('revisionHistoryLimit'), 7: flag('paused') },
    9: integerPointer('progressDeadlineSeconds'),
  }),
};

const DELETE_OPTIONS: Message = {
  ...{ 1: integerPointer('gracePeriodSeconds'), 4: text('propagationPolicy'), 5: texts('dryRun') },
  2: one('preconditions', { 1: text('uid'), 2: text('resourceVersion') }),
};

/** Kinds without `metadata` in their table get it. */
function object(fields: Message): Message {
  return { 1: one('metadata', META), ...fields };
}

/** The kinds that commands of kubectl create, without fields that no command sets. From the `generated.proto` files of k8s.io/api. */
export const KINDS: Readonly<Record<string, Message>> = {
  ClusterRole: object(ROLE),
  ClusterRoleBinding: object(BINDING),
  ConfigMap: object({ 2: textMap('data'), 3: bytesMap('binaryData'), 4: flagPointer('immutable') }),
  DeleteOptions: DELETE_OPTIONS,
  Deployment: object(DEPLOYMENT),
  Eviction: object({ 2: one('deleteOptions', DELETE_OPTIONS) }),
  Job: object(JOB),
  Namespace: object({}),
  PodDisruptionBudget: object({
    2: one('spec', { 1: intOrString('minAvailable'), 2: onePointer('selector', SELECTOR), 3: intOrString('maxUnavailable') }),
  }),
  ResourceQuota: object({ 2: one('spec', { 1: quantityMap('hard'), 2: texts('scopes') }) }),
  Role: object(ROLE),
  RoleBinding: object(BINDING),
  Secret: object({ 2: bytesMap('data'), 3: text('type'), 4: textMap('stringData'), 5: flagPointer('immutable') }),
  ServiceAccount: object({}),
};

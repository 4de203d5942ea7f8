import type { KubeObject } from '../../../kube/kube-object.ts';
import { asObject } from '../../../core/json.ts';
import { StatusError, alreadyExists, forbidden, invalid, notFound } from '../resources/status.ts';
import { authorizeBinding } from './authorize.ts';
import { decode } from './decode.ts';
import {
  json,
  storeKey,
  type ApiAnswer,
  type ApiRequest,
  type RequestContext,
  type ServerContext,
  type Target,
} from './exchange.ts';
import { timestamp, uniqueId, withSuffix } from './identity.ts';
import { parseObject, writeOptions } from './options.ts';
import { chargeQuotas } from './quota.ts';
import { withRequester } from './requester.ts';
import { admitted, shown } from './stored.ts';

/** POST to a collection. */
export function create(request: ApiRequest, target: Target, context: RequestContext): ApiAnswer {
  const { type, namespace } = target;
  const options = writeOptions(request, 'CreateOptions');
  const { object: sent, warnings: unread } = decode(parseObject(request.body, type.kind), target, options);
  if (sent.metadata.resourceVersion !== undefined) {
    throw new StatusError(500, 'resourceVersion should not be set on objects to be created');
  }
  if (type.kind.endsWith('RoleBinding')) authorizeBinding(sent, context);
  const mutated = context.mutate?.(sent, type) ?? sent;
  const object = withRequester(prepare(mutated, target, context), undefined, target, context.caller);
  if (namespace !== undefined) requireOpenNamespace(object, target, namespace, context);
  const { object: complete, warnings } = admitted({ object, previous: undefined, options }, target, context);
  chargeQuotas(complete, target, options.dryRun, context);
  const { name = '' } = complete.metadata;
  if (context.store.get(type.storage, storeKey(namespace, name)) !== undefined) throw alreadyExists(type, name);
  return json(201, shown(type, options.dryRun ? complete : context.store.put(type.storage, complete)), [...unread, ...warnings]);
}

function prepare(sent: KubeObject, { type }: Target, context: ServerContext): KubeObject {
  const { generateName = '' } = sent.metadata;
  const name = sent.metadata.name ?? (generateName === '' ? '' : withSuffix(generateName, context.random));
  if (name === '') {
    const message = 'Required value: name or generateName is required';
    throw invalid(type, '', [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }]);
  }
  // What only the server may set is dropped without a word.
  const { deletionTimestamp: _time, deletionGracePeriodSeconds: _grace, ...given } = sent.metadata;
  const metadata = {
    ...given,
    name,
    uid: uniqueId(context.random),
    creationTimestamp: timestamp(context.now()),
    ...(type.generation ? { generation: 1 } : {}),
  };
  const { status: _status, ...withoutStatus } = sent;
  const object = type.statusSubresource && type.custom ? withoutStatus : sent;
  return { ...object, metadata };
}

function requireOpenNamespace(object: KubeObject, { type }: Target, namespace: string, context: ServerContext): void {
  const types = { ...type, group: '', plural: 'namespaces', kind: 'Namespace' };
  const found = context.store.get('namespaces', namespace);
  if (found === undefined) throw notFound(types, namespace);
  if (asObject(found['status'])['phase'] !== 'Terminating') return;
  const message = `namespace ${namespace} is being terminated`;
  throw forbidden(
    type,
    object.metadata.name ?? '',
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }],
  );
}

import { asNumber, asObject, isJsonObject, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { badRequest, invalid } from '../resources/status.ts';
import { labelSelectorText } from '../tables/selectors.ts';
import { json, type ApiAnswer, type ApiRequest, type RequestContext, type Target } from './exchange.ts';
import { parseObject, writeOptions } from './options.ts';
import { patchOf } from './patch.ts';
import { shown, storedObject } from './stored.ts';
import { write } from './update.ts';

const SCALE = { group: 'autoscaling', kind: 'Scale' };

/** GET, PUT and PATCH of the `scale` of a Deployment or a ReplicaSet. */
export function scale(request: ApiRequest, target: Target, context: RequestContext): ApiAnswer {
  const current = storedObject(target, context);
  if (request.method === 'GET') return json(200, scaleOf(current));
  const options = writeOptions(request, request.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions');
  const wanted = request.method === 'PUT' ? parseObject(request.body, SCALE.kind) : patched(request, target, scaleOf(current));
  const { name, resourceVersion } = asObject(wanted['metadata']);
  if (name !== target.name)
    throw badRequest(`the name of the object (${String(name)}) does not match the name on the URL (${target.name})`);
  const replicas = asNumber(asObject(wanted['spec'])['replicas']);
  if (replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    throw invalid(SCALE, target.name ?? '', [{ reason: 'FieldValueInvalid', message, field: 'spec.replicas' }]);
  }
  const before = shown(target.type, current);
  const object: KubeObject = {
    ...before,
    metadata: { ...before.metadata, resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '0' },
    spec: { ...asObject(before['spec']), replicas },
  };
  const { object: written } = write({ object, current, options }, { ...target, subresource: undefined }, context);
  return json(200, scaleOf(written));
}

function patched(request: ApiRequest, target: Target, before: KubeObject): Json {
  const result = patchOf(request, target)(before);
  if (!isJsonObject(result)) throw badRequest('the patch does not make a Scale');
  return result;
}

function scaleOf(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { replicas, selector } = asObject(object['spec']);
  return {
    kind: SCALE.kind,
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject['metadata'],
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: asNumber(asObject(object['status'])['replicas']), selector: labelSelectorText(selector) },
  };
}

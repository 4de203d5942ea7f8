import { asObject, asObjects } from '../../../core/json.ts';
import { textAt } from '../resources/fields.ts';
import { badRequest, conflict } from '../resources/status.ts';
import { json, type ApiAnswer, type ApiRequest, type ServerContext, type Target } from './exchange.ts';
import { timestamp } from './identity.ts';
import { parseObject } from './options.ts';
import { storedObject } from './stored.ts';

/** POST of a pod's `binding`: the scheduler assigns it to a node. */
export function bind(request: ApiRequest, target: Target, { store, now, ...rest }: ServerContext): ApiAnswer {
  const { name = '', type } = target;
  const binding = parseObject(request.body, 'Binding');
  if (asObject(binding['metadata'])['name'] !== name) throw badRequest('name in URL does not match name in Binding object');
  const pod = storedObject(target, { store, now, ...rest });
  const node = textAt(pod, 'spec.nodeName');
  if (node !== '') {
    throw conflict({ ...type, plural: 'pods/binding' }, name, `pod ${name} is already assigned to node "${node}"`);
  }
  const status = asObject(pod['status']);
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: timestamp(now()),
  };
  const others = asObjects(status['conditions']).filter((condition) => condition['type'] !== scheduled.type);
  store.put(type.storage, {
    ...pod,
    spec: { ...asObject(pod['spec']), nodeName: asObject(binding['target'])['name'] },
    status: { ...status, conditions: [...others, scheduled] },
  });
  return json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

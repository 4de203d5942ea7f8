import { asObject } from '../../../core/json.ts';
import { decode, requireName } from './decode.ts';
import { json, type ApiAnswer, type ApiRequest, type ServerContext, type Target } from './exchange.ts';
import { parseObject, writeOptions } from './options.ts';
import { shown, storedObject } from './stored.ts';
import { mayVanish } from './update.ts';

/** PUT of a namespace's `finalize`: whoever has deleted its content takes its finalizer out of the spec. */
export function finalize(request: ApiRequest, target: Target, { store, ...context }: ServerContext): ApiAnswer {
  const { type, name = '' } = target;
  const { object: sent } = decode(parseObject(request.body, type.kind), target, writeOptions(request, 'UpdateOptions'));
  requireName(sent, name);
  const current = storedObject(target, { store, ...context });
  const { finalizers } = asObject(sent['spec']);
  const spec = Array.isArray(finalizers) && finalizers.length > 0 ? { finalizers: finalizers as readonly unknown[] } : {};
  const object = { ...current, spec };
  if (!mayVanish(object)) return json(200, shown(type, store.put(type.storage, object)));
  store.remove(type.storage, name);
  return json(200, shown(type, object));
}

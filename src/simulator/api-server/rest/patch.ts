import { isJsonObject } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { JsonPatchError, jsonPatch, type PatchOperation } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { mergeRulesOf } from '../patch/merge-rules.ts';
import { strategicMergePatch, StrategicMergePatchError } from '../patch/strategic-merge-patch.ts';
import { badRequest, notBuilt, patchRejected, StatusError, unsupportedMediaType, unsupportedPatch } from '../resources/status.ts';
import { decode, requireName } from './decode.ts';
import { type ApiAnswer, type ApiRequest, type RequestContext, type Target } from './exchange.ts';
import { parseJson, writeOptions } from './options.ts';
import { shown, storedObject } from './stored.ts';
import { answer, write } from './update.ts';

/** PATCH of an object or of its status. */
export function patch(request: ApiRequest, target: Target, context: RequestContext): ApiAnswer {
  const apply = patchOf(request, target);
  const given = writeOptions(request, 'PatchOptions');
  const current = storedObject(target, context);
  const before = shown(target.type, current);
  const patched = apply(before);
  if (typeof patched !== 'object' || patched === null) throw patchRejected();
  const options = { ...given, patched: () => JSON.stringify(patched) };
  const { object, warnings } = decode(patched as Readonly<Record<string, unknown>>, target, options);
  requireName(object, target.name ?? '');
  return answer(write({ object: withVersion(object, before), current, options }, target, context), warnings);
}

// A patch that takes the resourceVersion out is as unconditional as one that does not name it.
function withVersion(object: KubeObject, { metadata: { resourceVersion } }: KubeObject): KubeObject {
  if (object.metadata.resourceVersion !== undefined || resourceVersion === undefined) return object;
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

/** Reads what a PATCH does to an object. */
export function patchOf({ headers, body }: ApiRequest, { type }: Target): (object: KubeObject) => unknown {
  const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim();
  switch (contentType) {
    case 'application/json-patch+json':
      return jsonPatchOf(body);
    case 'application/merge-patch+json':
      return mergePatchOf(body);
    case 'application/strategic-merge-patch+json':
      if (type.custom) throw unsupportedPatch();
      return strategicMergePatchOf(body, type.kind);
    case 'application/apply-patch+yaml':
    case 'application/apply-patch+cbor':
      throw notBuilt('server-side apply');
    default:
      throw unsupportedMediaType();
  }
}

function jsonPatchOf(body: string): (object: KubeObject) => unknown {
  const operations = parseJson(body);
  if (!Array.isArray(operations)) {
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp');
  }
  return (object) => {
    try {
      return jsonPatch(object, operations as readonly PatchOperation[]);
    } catch (error) {
      if (error instanceof JsonPatchError) throw patchRejected();
      throw error;
    }
  };
}

function mergePatchOf(body: string): (object: KubeObject) => unknown {
  const changes = parseJson(body);
  if (changes === undefined) throw badRequest('invalid JSON patch');
  if (Array.isArray(changes)) {
    throw badRequest('error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}');
  }
  return (object) => mergePatch(object, changes);
}

function strategicMergePatchOf(body: string, kind: string): (object: KubeObject) => unknown {
  const changes = parseJson(body);
  if (!isJsonObject(changes) && changes !== null) throw badRequest('the patch is not a JSON object');
  return (object) => {
    try {
      return strategicMergePatch(object, changes ?? {}, mergeRulesOf(kind));
    } catch (error) {
      if (!(error instanceof StrategicMergePatchError)) throw error;
      throw error.malformed ? badRequest(error.message) : new StatusError(500, error.message);
    }
  };
}

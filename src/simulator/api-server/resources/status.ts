import type { ResourceType } from './resource-type.ts';

/** One of `details.causes` of a Status. */
export interface Cause {
  /** Admission plugins give none. */
  readonly reason?: string;
  readonly message: string;
  readonly field?: string;
}

/** `meta/v1` Status of a failure, field by field as kube-apiserver writes it. */
export interface FailureStatus {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Failure';
  readonly message: string;
  readonly reason?: string;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly causes?: readonly Cause[];
    readonly retryAfterSeconds?: number;
  };
  readonly code: number;
}

/** A request that fails with a Status. */
export class StatusError extends Error {
  readonly status: FailureStatus;

  constructor(code: number, message: string, rest: Partial<Pick<FailureStatus, 'reason' | 'details' | 'metadata'>> = {}) {
    super(message);
    this.name = 'StatusError';
    this.status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, ...rest, code };
  }

  /** The error for a Status that somebody else made. */
  static from({ code, message, reason, details }: FailureStatus): StatusError {
    const rest = { ...(reason === undefined ? {} : { reason }), ...(details === undefined ? {} : { details }) };
    return new StatusError(code, message, rest);
  }
}

/** `jobs.batch`: a resource as messages name it. */
export function qualified(type: Pick<ResourceType, 'group' | 'plural'>): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`;
}

/** A resource as far as errors name it. */
type Named = Pick<ResourceType, 'group' | 'plural'>;

function detailsOf(type: Named, name: string): NonNullable<FailureStatus['details']> {
  return { ...(name === '' ? {} : { name }), ...groupOf(type), kind: type.plural };
}

function groupOf({ group }: Pick<ResourceType, 'group'>): { group?: string } {
  return group === '' ? {} : { group };
}

/** 404: there is no such object. */
export function notFound(type: Named, name: string): StatusError {
  const message = `${qualified(type)} "${name}" not found`;
  return new StatusError(404, message, { reason: 'NotFound', details: detailsOf(type, name) });
}

/** 404: there is no such resource, or version. */
export function unknownResource(): StatusError {
  return new StatusError(404, 'the server could not find the requested resource', { reason: 'NotFound', details: {} });
}

/** 405. */
export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(405, message, { reason: 'MethodNotAllowed', details: {} });
}

/** 409: the name is taken. */
export function alreadyExists(type: Named, name: string): StatusError {
  const message = `${qualified(type)} "${name}" already exists`;
  return new StatusError(409, message, { reason: 'AlreadyExists', details: detailsOf(type, name) });
}

/** 409: a write that was made from an older version. */
export function modified(type: Named, name: string): StatusError {
  return conflict(type, name, 'the object has been modified; please apply your changes to the latest version and try again');
}

/** 409: a write that the object's present state does not allow. */
export function conflict(type: Named, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`;
  return new StatusError(409, message, { reason: 'Conflict', details: detailsOf(type, name) });
}

/** 409: a delete whose precondition does not hold. It names the kind instead of the resource. */
export function failedPrecondition(type: ResourceType, name: string, why: string): StatusError {
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  const message = `Operation cannot be fulfilled on ${kind} "${name}": ${why}`;
  return new StatusError(409, message, { reason: 'Conflict', details: { name, ...groupOf(type), kind: type.kind } });
}

/** 422: an object with invalid fields. */
export function invalid(type: Pick<ResourceType, 'group' | 'kind'>, name: string, causes: readonly Cause[]): StatusError {
  const kind = type.group === '' ? type.kind : `${type.kind}.${type.group}`;
  const texts = causes.map(({ field, message }) => (field === undefined ? message : `${field}: ${message}`));
  const what = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const details = { ...(name === '' ? {} : { name }), ...groupOf(type), kind: type.kind, causes };
  return new StatusError(422, `${kind} "${name}" is invalid: ${what}`, { reason: 'Invalid', details });
}

/** 422: query parameters, or DeleteOptions, that do not go together. */
export function invalidOptions(kind: string, cause: Cause): StatusError {
  return invalid({ group: 'meta.k8s.io', kind }, '', [cause]);
}

/** 400. */
export function badRequest(message: string): StatusError {
  return new StatusError(400, message, { reason: 'BadRequest' });
}

/** 403 without a user, as admission plugins answer. */
export function forbidden(type: Named, name: string, why: string, causes?: readonly Cause[]): StatusError {
  const details = { ...detailsOf(type, name), ...(causes === undefined ? {} : { causes }) };
  return new StatusError(403, `${qualified(type)} "${name}" is forbidden: ${why}`, { reason: 'Forbidden', details });
}

/** What somebody may not do. */
export interface Attempt {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** 403 of the authorizer. */
export function unauthorized(user: string, { verb, group, resource, subresource, namespace, name }: Attempt): StatusError {
  const type = { group, plural: resource };
  const what = JSON.stringify(subresource === '' ? resource : `${resource}/${subresource}`);
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const why = `User ${JSON.stringify(user)} cannot ${verb} resource ${what} in API group ${JSON.stringify(group)} ${where}`;
  const which = name === '' ? qualified(type) : `${qualified(type)} ${JSON.stringify(name)}`;
  return new StatusError(403, `${which} is forbidden: ${why}`, { reason: 'Forbidden', details: detailsOf(type, name) });
}

/** 410: the version has been compacted. */
export function expired(message: string, metadata: FailureStatus['metadata'] = {}): StatusError {
  return new StatusError(410, message, { metadata, reason: 'Expired' });
}

/** 415. */
export function unsupportedMediaType(): StatusError {
  return new StatusError(415, '415: Unsupported Media Type', { reason: 'UnsupportedMediaType', details: {} });
}

/** 415: a body in another format than JSON. */
export function unreadableBody(): StatusError {
  const message = 'the body of the request was in an unknown format - accepted media types include: application/json';
  return new StatusError(415, message, { reason: 'UnsupportedMediaType' });
}

/** 415: a kind of patch that this resource does not take. */
export function unsupportedPatch(): StatusError {
  const accepted = 'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
  return new StatusError(415, message, { reason: 'UnsupportedMediaType' });
}

/** 422: a JSON Patch that cannot be applied; the server does not say why. */
export function patchRejected(): StatusError {
  return new StatusError(422, 'the server rejected our request due to an error in our request', {
    reason: 'Invalid',
    details: {},
  });
}

/** 504: a version that this server has not reached. */
export function versionTooLarge(asked: number, current: number): StatusError {
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return new StatusError(504, `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    reason: 'Timeout',
    details: { causes, retryAfterSeconds: 1 },
  });
}

/** 501: something that kube-apiserver can do, and this server cannot. */
export function notBuilt(what: string): StatusError {
  return new StatusError(501, `The embedded API server does not support ${what}.`, { reason: 'NotImplemented' });
}

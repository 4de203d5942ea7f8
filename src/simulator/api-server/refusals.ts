import { asObject } from '../../core/json.ts';
import { StatusError, forbidden, modified, patchRejected, qualified } from './resources/status.ts';
import type { ApiAnswer, ApiRequest } from './rest/exchange.ts';
import { parseJson } from './rest/options.ts';

/** What a refusal names: the resource that the request is about, and who sends it. */
export interface RefusedRequest {
  readonly group: string;
  readonly plural: string;
  /** Empty for cluster resources. */
  readonly namespace: string;
  /** Empty if the request names no object. */
  readonly name: string;
}

/** The resource and the object of a request; a POST names its object in the body. */
export function refusedRequest({ path, body }: Pick<ApiRequest, 'path' | 'body'>): RefusedRequest {
  const [root, ...segments] = path.split('/').slice(1).map(decodeURIComponent);
  const group = root === 'api' ? '' : (segments[0] ?? '');
  const rest = segments.slice(root === 'api' ? 1 : 2);
  const namespaced = rest[0] === 'namespaces' && rest[2] !== undefined && !['status', 'finalize'].includes(rest[2]);
  const [plural = '', inPath = ''] = namespaced ? rest.slice(2) : rest;
  const inBody = asObject(asObject(parseJson(body))['metadata'])['name'];
  const name = inPath === '' && typeof inBody === 'string' ? inBody : inPath;
  return { group, plural, namespace: namespaced ? (rest[1] ?? '') : '', name };
}

type Refuse = (request: RefusedRequest) => ApiAnswer;

const HOOK = 'hook.example.com';
const HOOK_URL = 'https://hook.example.svc:443/validate?timeout=10s';
const POLICY = "ValidatingAdmissionPolicy 'no-upgrades' with binding 'no-upgrades' denied request: no upgrades on Fridays";

/**
 * How the API server refuses a request that is valid: what the fault injector answers. test/conformance/refusals.test.ts provokes each
 * of them on a real kube-apiserver, apart from the few that it names.
 */
export const REFUSALS = {
  /** A ValidatingAdmissionPolicy says no. The reason is Invalid unless the policy sets another one. */
  PolicyDenied: (request) =>
    answer(
      new StatusError(422, `${named(request)} is forbidden: ${POLICY}`, {
        reason: 'Invalid',
        details: { ...detailsOf(request), causes: [{ message: POLICY }] },
      }),
    ),
  /** A webhook says no without a code. */
  WebhookDenied: () => answer(new StatusError(400, `admission webhook "${HOOK}" denied the request: no upgrades on Fridays`)),
  /** A webhook says no with code 403, as most do. It has no reason either. */
  WebhookForbade: () => answer(new StatusError(403, `admission webhook "${HOOK}" denied the request: no upgrades on Fridays`)),
  /** Nobody listens at a webhook whose failure policy is Fail. */
  WebhookUnreachable: () => answer(webhookFailed(`Post "${HOOK_URL}": dial tcp 10.96.0.9:443: connect: connection refused`)),
  /** A webhook answers after its timeout. */
  WebhookTimedOut: () => answer(webhookFailed(`Post "${HOOK_URL}": context deadline exceeded`)),
  /** A ResourceQuota is used up. */
  QuotaExceeded: (request) => {
    const item = `count/${qualified(request)}`;
    const why = `exceeded quota: quota, requested: ${item}=1, used: ${item}=5, limited: ${item}=5`;
    return answer(forbidden(request, request.name, why));
  },
  /** A ResourceQuota limits cpu, and a Pod does not say how much it takes. */
  QuotaNeedsLimits: (request) =>
    answer(forbidden(request, request.name, 'failed quota: quota: must specify limits.cpu for: upgrade')),
  /** The namespace enforces the Pod Security Standard `restricted`. */
  PodSecurityViolated: (request) => {
    const why = 'violates PodSecurity "restricted:latest": host namespaces (hostPID=true)';
    return answer(forbidden(request, request.name, why));
  },
  /** The namespace is being deleted. */
  NamespaceTerminating: (request) => {
    const { namespace } = request;
    const message = `namespace ${namespace} is being terminated`;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    return answer(
      forbidden(request, request.name, why, [{ reason: 'NamespaceTerminating', message, field: 'metadata.namespace' }]),
    );
  },
  /** The token is not valid, for instance because its Pod is gone. */
  Unauthorized: () => answer(new StatusError(401, 'Unauthorized', { reason: 'Unauthorized' })),
  /** Priority and fairness has no room for the request. */
  TooManyRequests: () => ({
    ...plain(429, 'Too many requests, please try again later.'),
    headers: { ...PLAIN, 'retry-after': '1' },
  }),
  /** A PodDisruptionBudget does not allow the eviction. */
  BudgetExhausted: () =>
    answer(
      new StatusError(429, "Cannot evict pod as it would violate the pod's disruption budget.", {
        reason: 'TooManyRequests',
        details: {
          causes: [
            { reason: 'DisruptionBudget', message: 'The disruption budget budget needs 2 healthy pods and has 2 currently' },
          ],
        },
      }),
    ),
  /** Another write came first. */
  Conflict: (request) => answer(modified(request, request.name)),
  /** A `test` of a JSON Patch does not hold; the server does not say which. */
  PatchTestFailed: () => answer(patchRejected()),
  /** What serves the API is not there: an aggregated API server, or an API server that is starting. */
  ServiceUnavailable: () => plain(503, 'service unavailable'),
  /** The time that the client allows is over, or 60 s are. The body does not say that it is a Status, and its type is not JSON. */
  TimedOut: () => ({
    status: 504,
    headers: PLAIN,
    body: `${JSON.stringify({ metadata: {}, status: 'Failure', message: TIMEOUT, reason: 'Timeout', details: {}, code: 504 })}\n`,
  }),
  /** etcd does not answer a write within 34 s; seen with etcd stopped. */
  StorageTimedOut: () => {
    const message = 'Timeout: request did not complete within requested timeout - context deadline exceeded';
    return answer(new StatusError(504, message, { reason: 'Timeout', details: {} }));
  },
  /** etcd has no quorum. The write may take effect later. */
  EtcdTimedOut: () => answer(new StatusError(500, 'etcdserver: request timed out')),
  /** etcd elects another leader. The write may have taken effect. */
  EtcdLeaderChanged: () => answer(new StatusError(500, 'etcdserver: leader changed')),
  /** The object is larger than 1.5 MiB. */
  ObjectTooLarge: () => answer(new StatusError(500, 'etcdserver: request is too large')),
  /** The body is larger than 3 MiB. */
  BodyTooLarge: () =>
    answer(new StatusError(413, 'Request entity too large: limit is 3145728', { reason: 'RequestEntityTooLarge' })),
  /** A load balancer that reaches no API server. */
  BadGateway: () => ({ status: 502, headers: { 'content-type': 'text/html' }, body: '<html><h1>502 Bad Gateway</h1></html>\n' }),
} as const satisfies Readonly<Record<string, Refuse>>;

/** The name of a refusal. */
export type RefusalName = keyof typeof REFUSALS;

/** The answer of an API server that refuses a request. */
export function refusal(name: RefusalName, request: RefusedRequest): ApiAnswer {
  const refuse: Refuse = REFUSALS[name];
  return refuse(request);
}

const TIMEOUT = 'Timeout: request did not complete within the allotted timeout';
const PLAIN = { 'content-type': 'text/plain; charset=utf-8' };

function plain(status: number, text: string): ApiAnswer {
  return { status, headers: PLAIN, body: `${text}\n` };
}

function answer({ status }: StatusError): ApiAnswer {
  return { status: status.code, headers: { 'content-type': 'application/json' }, body: JSON.stringify(status) };
}

function named(request: RefusedRequest): string {
  return `${qualified(request)} "${request.name}"`;
}

function detailsOf({ group, plural, name }: RefusedRequest): { name: string; group?: string; kind: string } {
  return { name, ...(group === '' ? {} : { group }), kind: plural };
}

function webhookFailed(why: string): StatusError {
  const message = `failed calling webhook "${HOOK}": failed to call webhook: ${why}`;
  return new StatusError(500, `Internal error occurred: ${message}`, {
    reason: 'InternalError',
    details: { causes: [{ message }] },
  });
}

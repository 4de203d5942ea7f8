import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { keyPair } from '../../cluster/certificates.ts';
import type { Cluster } from '../../cluster/cluster.ts';

/** An answer of the API server: `message` is what the caller is told, empty on success. */
export interface Answer {
  readonly status: number;
  readonly message: string;
  readonly object: KubernetesObject;
}

/** Any object, as far as these tests look into it. */
export interface KubernetesObject {
  readonly [field: string]: unknown;
  readonly metadata?: { readonly uid?: string; readonly resourceVersion?: string; readonly [field: string]: unknown };
}

/** Somebody who calls the API server. */
export interface Caller {
  create(path: string, object: unknown): Promise<Answer>;
  get(path: string): Promise<Answer>;
  replace(path: string, object: unknown): Promise<Answer>;
  /** JSON merge patch. */
  merge(path: string, patch: unknown): Promise<Answer>;
  /** Server-side apply. */
  apply(path: string, object: unknown): Promise<Answer>;
  remove(path: string): Promise<Answer>;
}

/** A caller with the token of a ServiceAccount. */
export function callerWithToken(cluster: Cluster, token: string): Caller {
  return caller(cluster, { authorization: `Bearer ${token}` }, {});
}

/** The administrator, or whom the administrator impersonates. */
export function callerAs(cluster: Cluster, user?: string): Caller {
  const admin = keyPair(cluster.name, 'admin');
  const certificate = { cert: readFileSync(admin.certificate), key: readFileSync(admin.key) };
  return caller(cluster, user === undefined ? {} : { 'impersonate-user': user }, certificate);
}

function caller(
  cluster: Cluster,
  headers: Readonly<Record<string, string>>,
  certificate: { cert?: Buffer; key?: Buffer },
): Caller {
  const ca = readFileSync(keyPair(cluster.name, 'ca').certificate);
  function call(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, cluster.server),
        { method, ca, ...certificate, headers: { ...headers, 'content-type': contentType }, timeout: 20_000 },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            resolve(answer(incoming.statusCode ?? 0, Buffer.concat(chunks).toString()));
          });
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path} was not answered in 20 s`)));
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
  return {
    create: (path, object) => call('POST', path, object),
    get: (path) => call('GET', path),
    replace: (path, object) => call('PUT', path, object),
    merge: (path, patch) => call('PATCH', path, patch, 'application/merge-patch+json'),
    apply: (path, object) => call('PATCH', `${path}?fieldManager=test&force=true`, object, 'application/apply-patch+yaml'),
    remove: (path) => call('DELETE', path),
  };
}

function answer(status: number, text: string): Answer {
  const object = JSON.parse(text) as KubernetesObject;
  return { status, message: status < 300 ? '' : String(object['message']), object };
}

import { describe, expect, it } from '@jest/globals';
import {
  createApiServer,
  type ApiServer,
  type ApiServerOptions,
} from '../../../../src/simulator/api-server/create-api-server.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import type { ApiAnswer } from '../../../../src/simulator/api-server/rest/exchange.ts';

const PODS = '/api/v1/namespaces/default/pods';
const POD = { metadata: { name: 'p' }, spec: { containers: [{ name: 'a', image: 'i' }] } };

interface Call {
  readonly method?: string;
  readonly query?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function serverWith(options: Partial<ApiServerOptions> = {}): { server: ApiServer; warnings: string[] } {
  const warnings: string[] = [];
  function ignore(): void {
    // Only warnings are of interest.
  }
  const log = { debug: ignore, info: ignore, error: ignore, warn: (message: string) => warnings.push(message) };
  const server = createApiServer({
    definitions: [],
    now: () => 0,
    random: () => 0.5,
    setTimer: () => ignore,
    log,
    ...options,
  });
  return { server, warnings };
}

function call(server: ApiServer, path: string, { method = 'GET', query = '', body, headers = {} }: Call = {}): ApiAnswer {
  const text = body === undefined ? '' : JSON.stringify(body);
  return server.handle({ method, path, query: new URLSearchParams(query), headers, body: text }) as ApiAnswer;
}

function messageOf({ status, body }: ApiAnswer): unknown {
  return [status, (JSON.parse(body) as { readonly message: string }).message];
}

describe('The embedded API server', () => {
  it.each([
    { what: 'an unknown path', path: '/nope', message: 'the path /nope' },
    { what: 'an unknown group of Kubernetes', path: '/apis/storage.k8s.io', message: 'the group storage.k8s.io' },
    { what: 'an unknown resource', path: '/api/v1/endpoints', message: 'endpoints of v1' },
  ])('answers 501, and logs, for $what', ({ path, message }) => {
    const { server, warnings } = serverWith();
    expect(messageOf(call(server, path))).toEqual([501, `The embedded API server does not support ${message}.`]);
    expect(warnings).toEqual(['Request is not supported']);
  });

  it('stores what mutating webhooks make of an object', () => {
    const { server } = serverWith({
      mutate: (object, { plural }) => ({ ...object, metadata: { ...object.metadata, labels: { plural } } }),
    });
    call(server, PODS, { method: 'POST', body: POD });

    const pod = JSON.parse(call(server, `${PODS}/p`).body) as KubeObject;
    expect(pod.metadata.labels).toEqual({ plural: 'pods' });
  });

  it('does not read bodies in other formats than JSON', () => {
    const { server } = serverWith();
    const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' };
    expect(call(server, PODS, { method: 'POST', body: POD, headers }).status).toBe(415);
  });

  it('has no OpenAPI of the old format, so that kubectl uses its own knowledge', () => {
    const { server, warnings } = serverWith();
    expect(call(server, '/openapi/v2').status).toBe(404);
    expect(warnings).toEqual([]);
  });

  it('does not accept LimitRanges, which nothing would apply', () => {
    const { server } = serverWith();
    const path = '/api/v1/namespaces/default/limitranges';
    expect(call(server, path, { method: 'POST', body: { metadata: { name: 'l' } } }).status).toBe(501);
    expect(call(server, path).status).toBe(200);
  });
});

describe('Logs', () => {
  function readLog(
    query = '',
    options: Partial<ApiServerOptions> = { logs: (_pod, name) => [`1 ${name}`, `2 ${name}`] },
  ): ApiAnswer {
    const { server } = serverWith(options);
    call(server, PODS, { method: 'POST', body: POD });
    return call(server, `${PODS}/p/log`, { query });
  }

  it('are not supported without a source', () => {
    expect(messageOf(readLog('', {}))).toEqual([501, 'The embedded API server does not support logs: no container runs here.']);
  });

  it.each([
    { query: '', text: '1 a\n2 a\n' },
    { query: 'container=a', text: '1 a\n2 a\n' },
    { query: 'tailLines=1', text: '2 a\n' },
    { query: 'tailLines=9', text: '1 a\n2 a\n' },
    { query: 'tailLines=0', text: '' },
    { query: 'follow=false', text: '1 a\n2 a\n' },
  ])('with "$query" are $text', ({ query, text }) => {
    expect(readLog(query).body).toBe(text);
  });

  it('are not supported with other options', () => {
    expect(readLog('follow=true').status).toBe(501);
  });

  it('are those of a container that exists', () => {
    expect(messageOf(readLog('container=b'))).toEqual([400, 'container b is not valid for pod p']);
  });
});

import { describe, expect, it } from '@jest/globals';
import { createApiServer, type ApiServer } from '../../../src/simulator/api-server/create-api-server.ts';
import type { Admit, AdmitRequest, ApiAnswer } from '../../../src/simulator/api-server/rest/exchange.ts';
import { RecordingLog } from '../kube/support/recording-log.ts';

const GADGETS = '/apis/test.baton.dev/v1/namespaces/default/gadgets';
const GADGET = { apiVersion: 'test.baton.dev/v1', kind: 'Gadget', metadata: { name: 'a' } };
const DEFINITION = JSON.stringify({
  spec: {
    group: 'test.baton.dev',
    scope: 'Namespaced',
    names: { kind: 'Gadget', plural: 'gadgets' },
    versions: [{ name: 'v1', served: true, subresources: { status: {} } }],
  },
});

function serverWith(admit: Admit): ApiServer {
  const ports = { now: () => 0, random: () => 0.5, setTimer: () => () => undefined, log: new RecordingLog() };
  return createApiServer({ definitions: [DEFINITION], admit, ...ports });
}

function send(server: ApiServer, method: string, path: string, body: unknown, contentType = 'application/json'): ApiAnswer {
  const url = new URL(path, 'http://server');
  const headers = { 'content-type': contentType };
  const request = { method, path: url.pathname, query: url.searchParams, headers, body: JSON.stringify(body) };
  return server.handle(request) as ApiAnswer;
}

describe('Admission of custom resources', () => {
  it('stores what it returns, and answers with its warnings', () => {
    const server = serverWith((_type, { object }) => ({
      kind: 'Admitted',
      object: { ...object, spec: { size: 1 } },
      warnings: ['unknown field "bogus"'],
    }));

    const { status, headers, body } = send(server, 'POST', GADGETS, { ...GADGET, bogus: true });

    expect(status).toBe(201);
    expect(headers).toMatchObject({ warning: String.raw`299 - "unknown field \"bogus\""` });
    expect(JSON.parse(body)).toMatchObject({ spec: { size: 1 } });
  });

  it('answers with the Status of a rejection, and stores nothing', () => {
    const server = serverWith(() => ({
      kind: 'Rejected',
      status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'no', reason: 'Invalid', code: 422 },
      warnings: [],
    }));

    const { status, body } = send(server, 'POST', GADGETS, GADGET);

    expect([status, JSON.parse(body)]).toMatchObject([422, { message: 'no', reason: 'Invalid' }]);
    expect(send(server, 'GET', `${GADGETS}/a`, undefined).status).toBe(404);
  });

  it('sees what was stored, which part is written, and how strictly', () => {
    const requests: AdmitRequest[] = [];
    const server = serverWith((_type, request) => {
      requests.push(request);
      return { kind: 'Admitted', object: request.object, warnings: [] };
    });
    const merge = 'application/merge-patch+json';

    send(server, 'POST', `${GADGETS}?fieldValidation=Strict`, { ...GADGET, spec: { size: 1 } });
    send(server, 'PATCH', `${GADGETS}/a`, { spec: { size: 2 } }, merge);
    send(server, 'PATCH', `${GADGETS}/a/status`, { spec: { size: 3 }, status: { size: 3 } }, merge);

    expect(requests).toMatchObject([
      { operation: 'Create', object: { spec: { size: 1 } }, fieldValidation: 'Strict' },
      { operation: 'Update', object: { spec: { size: 2 } }, oldObject: { spec: { size: 1 } }, fieldValidation: 'Warn' },
      { operation: 'Update', object: { spec: { size: 2 }, status: { size: 3 } }, subresource: 'status' },
    ]);
    expect(requests[0]).not.toHaveProperty('oldObject');
  });
});

import { createKubeClient, type KubeClient } from '../../../../src/kube/client/client.ts';
import { isKubeError, type KubeError } from '../../../../src/kube/client/kube-error.ts';
import type { PooledKubeConfig } from '../../../../src/kube/client/pooled-kube-config.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { kubeConfigFor, startServer, type Answer, type Certificate, type LoopbackServer } from './loopback-server.ts';
import { RecordingLog } from './recording-log.ts';

/** Where the calls of the tests go. */
export const path = '/api/v1/namespaces/ns/things';
export const object = `${path}/a`;

/** Calls of the client, by what they are. */
export const calls: Readonly<Record<string, (client: KubeClient) => Promise<unknown>>> = {
  get: (client) => client.get(object),
  list: (client) => client.list(path),
  create: (client) => client.create(path, {}),
  'dry run': (client) => client.create(path, {}, { dryRun: true }),
  replace: (client) => client.replace(object, {}),
  'merge patch': (client) => client.mergePatch(object, {}),
  'JSON patch with a test': (client) => client.jsonPatch(object, [{ op: 'test', path: '/metadata/uid', value: 'u' }]),
  'JSON patch without a test': (client) => client.jsonPatch(object, [{ op: 'remove', path: '/spec/x' }]),
  delete: (client) => client.delete(object),
  'delete of a collection': (client) => client.deleteCollection(path, {}),
};

/** A KubeClient and the server that it talks to. Waiting takes no time: it only moves the clock on. */
export class ClientHarness {
  readonly log = new RecordingLog();
  /** For how long it waited, in order (ms). */
  readonly waits: number[] = [];
  time = 0;
  #server: LoopbackServer | undefined;
  #kubeConfig: PooledKubeConfig | undefined;

  get requests(): LoopbackServer['requests'] {
    return this.#server?.requests ?? [];
  }

  clientOf(url: string, deadlineMs = 30_000, trusted?: Certificate): KubeClient {
    this.#kubeConfig = kubeConfigFor(url, trusted);
    const sleep = (milliseconds: number): Promise<void> => {
      this.waits.push(milliseconds);
      this.time += milliseconds;
      return Promise.resolve();
    };
    const ports = { log: this.log, now: () => this.time, random: () => 0, sleep, setTimer: systemClock.setTimer };
    return createKubeClient({ kubeConfig: this.#kubeConfig, userAgent: 'baton-test/1', deadlineMs, ...ports });
  }

  /** A client of a server that answers so. */
  async clientFor(answer: Answer, deadlineMs?: number): Promise<KubeClient> {
    this.#server = await startServer(answer);
    return this.clientOf(this.#server.url, deadlineMs);
  }

  /** A client that trusts another certificate than the server has. */
  async clientThatDistrusts(own: Certificate, trusted: Certificate): Promise<KubeClient> {
    this.#server = await startServer(() => undefined, own);
    return this.clientOf(this.#server.url, undefined, trusted);
  }

  async close(): Promise<void> {
    await this.#kubeConfig?.close();
    await this.#server?.close();
  }
}

/** The error of a call that is expected to fail. */
export async function failureOf(act: Promise<unknown>): Promise<KubeError> {
  try {
    await act;
  } catch (error) {
    if (isKubeError(error)) return error;
    throw error;
  }
  throw new Error('it should have failed');
}

import type { Api } from '../api.ts';
import { listItems, settle, type Item } from './objects.ts';
import { setTimeout as wait } from 'node:timers/promises';

/** Plays the kubelet of a node that does not exist, for the pods of one namespace. */
export class Kubelet {
  readonly #api: Api;
  readonly #path: string;

  constructor(api: Api, namespace: string) {
    this.#api = api;
    this.#path = `/api/v1/namespaces/${namespace}/pods`;
  }

  pods(): Promise<readonly Item[]> {
    return listItems(this.#api, this.#path);
  }

  /** Waits for a pod that nobody has run yet. */
  async pending(): Promise<string> {
    for (let tries = 0; tries < 250; tries += 1) {
      const pods = await this.pods();
      const found = pods.find(({ status, spec, metadata }) => {
        return status.phase === 'Pending' && spec.nodeName === undefined && metadata.deletionTimestamp === undefined;
      });
      if (found !== undefined) return found.metadata.name;
      await wait(100);
    }
    throw new Error('no pod has been created');
  }

  /** Runs the next pod until it is Ready; its name. */
  async run(): Promise<string> {
    const name = await this.pending();
    const target = { apiVersion: 'v1', kind: 'Node', name: 'played' };
    await this.#api.post(`${this.#path}/${name}/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target });
    await this.set(name, { phase: 'Running', conditions: [condition('Ready', 'True')] });
    await settle();
    return name;
  }

  /** Ends a pod with an exit code. */
  async end(name: string, exitCode: number, conditions: readonly object[] = []): Promise<void> {
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    const times = { startedAt: now(), finishedAt: now() };
    await this.set(name, {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      conditions: [condition('Ready', 'False'), ...conditions],
      containerStatuses: [{ ...container(), state: { terminated: { exitCode, reason, ...times } } }],
    });
  }

  /** Counts a restart of the container of a pod. */
  async restart(name: string): Promise<void> {
    await this.set(name, {
      containerStatuses: [{ ...container(), restartCount: 1, ready: true, state: { running: { startedAt: now() } } }],
    });
  }

  async set(name: string, status: object): Promise<void> {
    const { status: code, body } = await this.#api.merge(`${this.#path}/${name}/status`, { status });
    if (code !== 200) throw new Error(`${name}: ${code} ${body.message}`);
  }

  /** Deletes a pod, as a person would. */
  async delete(name: string, gracePeriodSeconds?: number): Promise<void> {
    await this.#api.delete(`${this.#path}/${name}`, gracePeriodSeconds === undefined ? undefined : { gracePeriodSeconds });
  }
}

function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

export function condition(type: string, status: string): object {
  return { type, status, lastProbeTime: null, lastTransitionTime: now() };
}

function container(): object {
  return { name: 'c', image: 'busybox', imageID: '', ready: false, restartCount: 0, started: false };
}

import { createApiServer } from '../../../../../src/simulator/api-server/create-api-server.ts';
import { asObject, asObjects, type Json } from '../../../../../src/core/json.ts';
import type { KubeObject } from '../../../../../src/kube/kube-object.ts';
import { ClusterClient, type Outcome } from '../../../../../src/simulator/cluster/cluster-client.ts';
import { ClusterState } from '../../../../../src/simulator/cluster/state/cluster-state.ts';
import type { StartController } from '../../../../../src/simulator/cluster/state/controller-ports.ts';
import { seededRandom } from '../../../../../src/simulator/time/random.ts';
import { VirtualTime } from '../../../../../src/simulator/time/virtual-time.ts';
import { RecordingLog } from '../../../../adapter/kube/support/recording-log.ts';

/** When every test begins. */
export const START = Date.parse('2026-03-02T08:00:00Z');

/** An API server in virtual time with some controllers, and what tests do to it. */
export class SmallCluster {
  readonly time = new VirtualTime(START);
  readonly client: ClusterClient;
  readonly state: ClusterState;

  constructor(
    controllers: readonly StartController[],
    { definitions = [], seed = 1 }: { definitions?: readonly string[]; seed?: number } = {},
  ) {
    const { now, setTimer } = this.time;
    const random = seededRandom(seed);
    const server = createApiServer({ definitions, now, setTimer, random, log: new RecordingLog() });
    this.client = new ClusterClient(server, 'test');
    this.state = new ClusterState(this.client);
    for (const start of controllers) start(this.client, { state: this.state, now, setTimer, random });
  }

  /** Lets some time pass. */
  async pass(seconds: number): Promise<void> {
    await this.time.run({ limit: this.time.now() + seconds * 1000 });
  }

  /** Seconds since the beginning. */
  get seconds(): number {
    return (this.time.now() - START) / 1000;
  }

  addNode(name: string, { labels = {}, spec = {}, cpu = '4' }: { labels?: object; spec?: object; cpu?: string } = {}): void {
    succeeded(
      this.client.create('/api/v1/nodes', {
        metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
        spec,
        status: {
          allocatable: { cpu, memory: '8Gi', pods: '110' },
          conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }],
        },
      }),
    );
    // The server taints new nodes until they are Ready.
    succeeded(this.client.mergePatch(`/api/v1/nodes/${name}`, { spec: { taints: null, ...spec } }));
  }

  addPod(name: string, spec: object = {}, metadata: object = {}): KubeObject {
    return succeeded(
      this.client.create('/api/v1/namespaces/default/pods', {
        metadata: { name, ...metadata },
        spec: { containers: [{ name: 'c', image: 'busybox' }], ...spec },
      }),
    );
  }

  pod(name: string): KubeObject | undefined {
    return this.client.get(`/api/v1/namespaces/default/pods/${name}`);
  }

  pods(): readonly KubeObject[] {
    return this.client.list('/api/v1/namespaces/default/pods');
  }

  /** Plays the kubelet: writes the status of a pod. */
  setPod(name: string, status: object): void {
    succeeded(this.client.mergePatch(`/api/v1/namespaces/default/pods/${name}/status`, { status }));
  }

  /** Plays the kubelet: a pod runs and is Ready. */
  runPod(name: string): void {
    const times = { lastProbeTime: null, lastTransitionTime: new Date(this.time.now()).toISOString() };
    this.setPod(name, { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', ...times }] });
  }

  /** Plays the kubelet: the container of a pod ends. */
  endPod(name: string, exitCode: number): void {
    const finishedAt = `${new Date(this.time.now()).toISOString().slice(0, 19)}Z`;
    this.setPod(name, {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: finishedAt }],
      containerStatuses: [
        { name: 'c', state: { terminated: { exitCode, finishedAt, reason: exitCode === 0 ? 'Completed' : 'Error' } } },
      ],
    });
  }

  /** Reasons and messages of the Events about an object. */
  events(name: string): readonly string[] {
    return this.client
      .list('/api/v1/events')
      .filter((event) => asObject(event['involvedObject'])['name'] === name)
      .map((event) => `${String(event['reason'])}: ${String(event['message'])}`);
  }
}

/** The object of a write that has to succeed. */
export function succeeded(outcome: Outcome): KubeObject {
  if (!outcome.ok) throw new Error(`${outcome.code} ${outcome.message}`);
  return outcome.object;
}

/** Type, status, reason and message of the conditions of an object. */
export function conditions(object: KubeObject | undefined): readonly string[] {
  return asObjects(asObject(object?.['status'])['conditions']).map(({ type, status, reason, message }: Json) =>
    [type, status, reason, message].filter((part) => typeof part === 'string').join(' '),
  );
}

import { asObject, asObjects, type Json } from '../../../../src/core/json.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { createApiServer } from '../../../../src/simulator/api-server/create-api-server.ts';
import { ClusterClient } from '../../../../src/simulator/cluster/cluster-client.ts';
import type { ContainerStart, PullImage } from '../../../../src/simulator/cluster/kubelet/container.ts';
import type { HeartbeatWrites } from '../../../../src/simulator/cluster/kubelet/node-reporter.ts';
import { Kubelets } from '../../../../src/simulator/cluster/kubelet/kubelets.ts';
import { startControllers } from '../../../../src/simulator/cluster/start-controllers.ts';
import { seededRandom } from '../../../../src/simulator/time/random.ts';
import { VirtualTime } from '../../../../src/simulator/time/virtual-time.ts';
import { Hosts } from '../../../../src/simulator/world/hosts.ts';
import { RecordingLog } from '../../../adapter/kube/support/recording-log.ts';

/** When the tests begin. */
export const START = Date.UTC(2026, 5, 1);

/** An API server, hosts and their kubelets, without any controller: Pods are bound to a node when they are created. */
export class SmallCluster {
  readonly time = new VirtualTime(START);
  readonly client: ClusterClient;
  readonly hosts: Hosts;
  readonly kubelets: Kubelets;
  /** Containers in the order of their start. */
  readonly started: ContainerStart[] = [];
  /** What containers do; by default they run until they are killed. */
  program: (start: ContainerStart) => void = () => undefined;
  pullImage: PullImage = () => ({ kind: 'Pulled', ms: 1000 });

  /** `heartbeats`: see `KubeletPorts`; `definitions`: CRDs. */
  constructor(seed = 1, heartbeats: HeartbeatWrites = 'All', definitions: readonly string[] = []) {
    const random = seededRandom(seed);
    const { now, setTimer } = this.time;
    const server = createApiServer({ definitions, now, random, setTimer, log: new RecordingLog() });
    this.client = new ClusterClient(server, 'test');
    const { client } = this;
    this.kubelets = new Kubelets({
      ...{ client, now, setTimer, random, heartbeats },
      runContainer: (start) => {
        this.started.push(start);
        this.program(start);
      },
      pullImage: (pull) => this.pullImage(pull),
    });
    this.hosts = new Hosts({ kubelets: this.kubelets, now, setTimer, random });
  }

  /** Starts the scheduler and the controllers. */
  startControllers(): void {
    const { now, setTimer } = this.time;
    startControllers(this.client, {
      ...{ now, setTimer, definitions: [], random: seededRandom(2) },
      lastRenewal: (node) => this.kubelets.lastRenewal(node),
    });
  }

  /** Lets time pass. */
  async after(seconds: number): Promise<void> {
    await this.time.run({ limit: this.time.now() + seconds * 1000 });
  }

  /** Creates a Pod with one container, `main`, on the host `node-1`. */
  createPod(spec: Json = {}, metadata: Json = {}): void {
    const outcome = this.client.create('/api/v1/namespaces/default/pods', {
      metadata: { name: 'pod', ...metadata },
      spec: {
        nodeName: 'node-1',
        restartPolicy: 'Never',
        containers: [container()],
        ...spec,
      },
    });
    if (!outcome.ok) throw new Error(outcome.message);
  }

  /** The Pod `pod`; undefined when it is gone. */
  pod(): KubeObject | undefined {
    return this.client.get('/api/v1/namespaces/default/pods/pod');
  }

  /** The status of the Pod `pod`. */
  podStatus(): Json {
    return asObject(this.pod()?.['status']);
  }

  /** The status of its first container. */
  containerStatus(): Json {
    return asObjects(this.podStatus()['containerStatuses'])[0] ?? {};
  }

  node(name = 'node-1'): KubeObject | undefined {
    return this.client.get(`/api/v1/nodes/${name}`);
  }

  /** The status of a condition of the Node. */
  nodeCondition(type: string, name = 'node-1'): unknown {
    const status = asObject(this.node(name)?.['status']);
    return asObjects(status['conditions']).find((condition) => condition['type'] === type)?.['status'];
  }
}

/** The container `main`. */
export function container(changes: Json = {}): Json {
  return { name: 'main', image: 'registry.example/main:1', ...changes };
}

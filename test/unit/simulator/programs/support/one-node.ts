import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { asObject, asObjects, asText } from '../../../../../src/core/json.ts';
import { createApiServer } from '../../../../../src/simulator/api-server/create-api-server.ts';
import { ClusterClient, type Outcome } from '../../../../../src/simulator/cluster/cluster-client.ts';
import type { KubeObject } from '../../../../../src/kube/kube-object.ts';
import { reliableNetwork } from '../../../../../src/simulator/process/network.ts';
import { SimulatedProcess } from '../../../../../src/simulator/process/simulated-process.ts';
import { HostSockets } from '../../../../../src/simulator/programs/host-sockets.ts';
import { MailServers } from '../../../../../src/simulator/programs/mail-servers.ts';
import { MemoryFiles } from '../../../../../src/simulator/programs/memory-files.ts';
import { MemoryLedger } from '../../../../../src/simulator/programs/memory-ledger.ts';
import { MessageLog } from '../../../../../src/simulator/programs/message-log.ts';
import { OutsideServers } from '../../../../../src/simulator/programs/outside-servers.ts';
import type { ProgramEnd } from '../../../../../src/simulator/programs/program.ts';
import type { LogLine } from '../../../../../src/simulator/programs/program-log.ts';
import { startAgent } from '../../../../../src/simulator/programs/start-agent.ts';
import { startOperator, type StartedOperator } from '../../../../../src/simulator/programs/start-operator.ts';
import { startReporter } from '../../../../../src/simulator/programs/start-reporter.ts';
import { seededRandom } from '../../../../../src/simulator/time/random.ts';
import { VirtualTime } from '../../../../../src/simulator/time/virtual-time.ts';
import { RecordingLog } from '../../../../adapter/kube/support/recording-log.ts';

/** When every test begins. */
export const START = Date.parse('2026-03-02T08:00:00Z');
/** The node. */
export const NODE = 'node-1';

const CRDS = fileURLToPath(new URL('../../../../../crds/', import.meta.url));
const DEFINITIONS = readdirSync(CRDS).map((file) => readFileSync(`${CRDS}${file}`, 'utf8'));
const FLEET = '/api/v1/namespaces/fleet';
const JOBS = '/apis/batch/v1/namespaces/fleet/jobs';
const PLANS = '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradeplans';

/** A program that was started. */
export interface Started {
  readonly process: SimulatedProcess;
  readonly ended: Promise<ProgramEnd>;
}

/** A cluster of one node in virtual time. The test plays its kubelet and its controllers. */
export class OneNode {
  readonly time = new VirtualTime(START);
  readonly messages = new MessageLog(this.time.now);
  readonly sockets = new HostSockets();
  readonly ledger = new MemoryLedger();
  readonly files = new MemoryFiles();
  readonly servers: OutsideServers;
  readonly mail: MailServers;
  readonly logged: LogLine[] = [];
  /** Every request of a program that reached the API server, with its answer. */
  readonly transcript: string[] = [];
  /** The agents that were started, by Pod. */
  readonly agents = new Map<string, Started>();
  readonly client: ClusterClient;
  readonly #process: (name: string) => SimulatedProcess;
  #operators = 0;
  #reporters = 0;

  constructor(seed = 1) {
    const { time } = this;
    const random = seededRandom(seed);
    const latencyMs = (): number => 1 + random() * 20;
    const { now, setTimer } = time;
    const server = createApiServer({ definitions: DEFINITIONS, now, setTimer, random, log: new RecordingLog() });
    const network = reliableNetwork(random, 1, 20);
    this.client = new ClusterClient(server, 'test');
    this.servers = new OutsideServers({ now, latencyMs, log: this.messages });
    this.mail = new MailServers({ latencyMs, log: this.messages, hold: (work) => time.hold(work) });
    this.#process = (name) =>
      new SimulatedProcess({
        ...{ name, seed, time, server, network },
        onExchange: (from, { method, path, query, body }, response) => {
          const answer = 'body' in response ? `${response.status} ${response.body}` : 'watch';
          this.transcript.push(`${now()} ${from} ${method} ${path}?${query.toString()} ${body} ${answer}`);
        },
      });
    done(this.client.create('/api/v1/namespaces', { metadata: { name: 'fleet' } }));
    done(this.client.create('/api/v1/nodes', { metadata: { name: NODE, labels: { 'kubernetes.io/os': 'linux' } } }));
    this.#setReady();
    this.#playKubelet();
  }

  startOperator(env: Readonly<Record<string, string>> = {}): Started & Pick<StartedOperator, 'isReady'> {
    this.#operators += 1;
    const process = this.#process(`operator/${this.#operators}`);
    const { files, servers } = this;
    const variables = { BATON_IMAGE: 'baton:test', BATON_REPORTER_NAMESPACE: 'baton-reporter', ...env };
    return { process, ...startOperator(process, { env: variables, files, servers, onLog: this.#onLog }) };
  }

  startReporter(): Started {
    this.#reporters += 1;
    const process = this.#process(`reporter/${NODE}/${this.#reporters}`);
    const { sockets, ledger } = this;
    const env = { BATON_NODE: NODE, BATON_POD_NAME: 'reporter-1' };
    return { process, ended: startReporter(process, { env, sockets, ledger, onLog: this.#onLog }) };
  }

  applyPlan(sinks: readonly object[], process: object = {}, changes: object = {}): void {
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'os', image: 'os:1' }] } };
    const spec = {
      ...{ version: '1', allNodes: true, batches: [{ size: 1 }], notify: { sinks } },
      processes: [{ name: 'os', disruption: 'None', job: { template }, ...process }],
      ...changes,
    };
    done(this.client.create(PLANS, { apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradePlan', metadata: { name: 'os' }, spec }));
  }

  /** The status of a condition of the plan. */
  condition(type: string): string | undefined {
    const status = asObject(this.client.get(`${PLANS}/os`)?.['status']);
    const found = asObjects(status['conditions']).find((condition) => condition['type'] === type);
    return found === undefined ? undefined : asText(found['status']);
  }

  jobs(): readonly KubeObject[] {
    return this.client.list(JOBS);
  }

  /** Ends a Job as the Job controller does. */
  completeJob(name: string): void {
    const time = new Date(this.time.now()).toISOString().replace(/\.\d+Z/, 'Z');
    const condition = (type: string): object => ({ type, status: 'True', lastProbeTime: time, lastTransitionTime: time });
    const conditions = [condition('SuccessCriteriaMet'), condition('Complete')];
    const status = { startTime: time, completionTime: time, succeeded: 1, ready: 0, terminating: 0, conditions };
    done(this.client.mergePatch(`${JOBS}/${name}/status`, { status }));
  }

  /** Runs until something holds, for `minutes` at most. */
  async until(holds: () => boolean, minutes = 30): Promise<void> {
    const end = await this.time.run({ until: holds, limit: this.time.now() + minutes * 60_000 });
    if (end !== 'Until') throw new Error(`Waited for ${minutes} minutes in vain: ${holds.toString()}`);
  }

  async pass(seconds: number): Promise<void> {
    await this.time.run({ limit: this.time.now() + seconds * 1000 });
  }

  readonly #onLog = (line: LogLine): void => {
    this.logged.push(line);
  };

  #setReady(): void {
    const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };
    const resources = { cpu: '4', memory: '8Gi', pods: '110' };
    const nodeInfo = { bootID: 'boot-1', machineID: '', systemUUID: '', kernelVersion: '6.1', osImage: 'Debian' };
    const status = { conditions: [ready], allocatable: resources, capacity: resources, nodeInfo };
    done(this.client.mergePatch(`/api/v1/nodes/${NODE}/status`, { status }));
    done(this.client.mergePatch(`/api/v1/nodes/${NODE}`, { spec: { taints: null } }));
  }

  /** Starts the agent of each agent Pod two seconds after the Pod was created, and stops it when the Pod is deleted. */
  #playKubelet(): void {
    this.client.watch(`${FLEET}/pods`, (type, pod) => {
      const { name = '', labels = {} } = pod.metadata;
      if (labels['app.kubernetes.io/component'] !== 'agent') return;
      if (type === 'ADDED') this.time.setTimer(2000, () => this.#runAgent(name));
      if (type === 'MODIFIED' && pod.metadata.deletionTimestamp !== undefined) this.time.setTimer(0, () => this.#stopAgent(name));
    });
  }

  /** Deletes the Pod for good once its agent has ended. */
  #stopAgent(name: string): void {
    const agent = this.agents.get(name);
    agent?.process.terminate();
    void agent?.ended.then(() => this.client.delete(`${FLEET}/pods/${name}`, { gracePeriodSeconds: 0 }));
  }

  #runAgent(name: string): void {
    const path = `${FLEET}/pods/${name}`;
    done(this.client.create(`${path}/binding`, { metadata: { name }, target: { kind: 'Node', name: NODE } }));
    const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'True' }));
    const container = { name: 'agent', ready: true, restartCount: 0, image: '', imageID: '', state: { running: {} } };
    const status = { phase: 'Running', conditions, containerStatuses: [container] };
    done(this.client.mergePatch(`${path}/status`, { status }));
    const pod = this.client.get(path);
    if (pod === undefined) throw new Error(`there is no Pod ${name}`);
    const process = this.#process(`agent/${NODE}/${this.agents.size + 1}`);
    const { files, servers, mail, messages } = this;
    const ended = startAgent(process, { env: envOf(pod), files, servers, mail, messages, onLog: this.#onLog });
    this.agents.set(name, { process, ended });
  }
}

/** The variables of a Pod's first container, as the kubelet resolves them. */
function envOf(pod: KubeObject): Readonly<Record<string, string>> {
  const fields: Readonly<Record<string, string>> = {
    'spec.nodeName': NODE,
    'metadata.name': pod.metadata.name ?? '',
    'metadata.uid': pod.metadata.uid ?? '',
  };
  const variables = asObjects(asObjects(asObject(pod['spec'])['containers'])[0]?.['env']);
  return Object.fromEntries(
    variables.map(({ name, value, valueFrom }) => {
      const field = asText(asObject(asObject(valueFrom)['fieldRef'])['fieldPath']);
      return [asText(name), field === '' ? asText(value) : (fields[field] ?? '')];
    }),
  );
}

function done(outcome: Outcome): void {
  if (!outcome.ok) throw new Error(`${outcome.code} ${outcome.message}`);
}

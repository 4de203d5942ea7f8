import { isDeepStrictEqual } from 'node:util';
import { asNumber, asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { ContainerStarter } from './container-starter.ts';
import type { ContainerView } from './container-status.ts';
import { between, type KubeletContext } from './context.ts';
import { dueContainers } from './due-containers.ts';
import { PodPreparation } from './pod-preparation.ts';
import { hasEnded, isSidecar, podStatus, type PodFailure, type PodView } from './pod-status.ts';
import { Readiness } from './readiness.ts';

/** The runtime never kills without this grace (s). */
const MIN_GRACE_SECONDS = 2;
/** How long until a write that was not taken is tried again. */
const RETRY_MS = 10_000;

const DEADLINE: PodFailure = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/** Why and until when the containers of a Pod are stopped. */
interface Ending {
  readonly failure: PodFailure | undefined;
  /** When they are killed, by the host's clock. */
  killAt: number;
}

/** Drives one Pod from its first container to its removal. */
export class PodWorker {
  readonly #context: KubeletContext;
  readonly #uid: string;
  readonly #starters = new Map<string, ContainerStarter>();
  readonly #readiness: Readiness;
  readonly #preparation: PodPreparation;
  readonly #lost: ReadonlyMap<string, number>;
  readonly #terminated = new Set<string>();
  #pod: KubeObject;
  #ending: Ending | undefined;
  #deadline: (() => void) | undefined;
  /** Its object is gone from the API server. */
  #gone = false;
  #final: boolean;
  /** When the next synchronization is due, by the host's clock. */
  #syncAt: number | undefined;

  /** `refused`: the kubelet does not admit the Pod. */
  constructor(context: KubeletContext, pod: KubeObject, refused?: PodFailure) {
    this.#context = context;
    this.#pod = pod;
    this.#uid = pod.metadata.uid ?? '';
    this.#preparation = new PodPreparation(
      context,
      () => this.#pod,
      () => this.requestSync(0),
    );
    this.#readiness = new Readiness(context, () => this.requestSync());
    const spec = asObject(pod['spec']);
    const lost = this.#lostRestarts();
    for (const container of [...asObjects(spec['initContainers']), ...asObjects(spec['containers'])]) {
      const name = asText(container['name']);
      const owner = {
        context,
        pod: () => this.#pod,
        volumes: () => this.#preparation.volumes,
        mayStart: () => this.#ending === undefined,
        changed: () => this.requestSync(),
        lostRestarts: lost.get(name) ?? 0,
      };
      this.#starters.set(name, new ContainerStarter(owner, container));
    }
    this.#lost = lost;
    this.#final = isTerminal(pod) && this.#running().length === 0;
    if (isTerminal(pod) && !this.#final) this.#end(undefined);
    if (refused !== undefined) this.#end(refused);
  }

  /** The Pod has changed. */
  update(pod: KubeObject): void {
    this.#pod = pod;
    this.requestSync();
  }

  /** The Pod is gone from the API server. */
  remove(): void {
    this.#gone = true;
    this.requestSync();
  }

  /** Whether nothing of the Pod is left. */
  get isOver(): boolean {
    return this.#gone && this.#final;
  }

  /** Ends the Pod by the kubelet's own decision. */
  fail(failure: PodFailure, graceSeconds: number): void {
    if (!this.#final) this.#end(failure, graceSeconds);
    this.requestSync();
  }

  /** Synchronizes soon, once for several requests. */
  requestSync(milliseconds = between(this.#context, 20, 400)): void {
    const at = this.#context.now() + milliseconds;
    if (this.#syncAt !== undefined && this.#syncAt <= at) return;
    this.#syncAt = at;
    this.#context.later(milliseconds, () => {
      if (this.#syncAt !== at) return;
      this.#syncAt = undefined;
      this.#sync();
    });
  }

  #sync(): void {
    if (!this.#final) {
      this.#noticeEnd();
      if (this.#ending === undefined) this.#advance();
      else this.#stopContainers(this.#ending);
      if (this.#ending === undefined && hasEnded(this.#view())) {
        this.#end(undefined);
        this.requestSync(0);
      }
      this.#final = this.#ending !== undefined && this.#running().length === 0;
    }
    this.#write();
    if (this.#final) this.#finish();
  }

  #finish(): void {
    if (this.#gone) this.#context.machine.runtime.remove(this.#uid);
    else if (this.#pod.metadata.deletionTimestamp === undefined || isForced(this.#pod) || !isTerminal(this.#pod)) return;
    else if (!this.#context.remove(this.#pod)) this.requestSync(RETRY_MS);
  }

  #noticeEnd(): void {
    const { metadata, ...pod } = this.#pod;
    const spec = asObject(pod['spec']);
    const grace = Math.max(MIN_GRACE_SECONDS, asNumber(spec['terminationGracePeriodSeconds']));
    if (this.#gone) return this.#end(undefined, grace);
    if (metadata.deletionTimestamp !== undefined) {
      return this.#end(undefined, metadata.deletionGracePeriodSeconds ?? grace);
    }
    if (isTerminal(this.#pod)) return this.#end(undefined);
    const seconds = spec['activeDeadlineSeconds'];
    const startTime = asObject(pod['status'])['startTime'];
    if (typeof seconds !== 'number' || typeof startTime !== 'string') return;
    const leftMs = Date.parse(startTime) + seconds * 1000 - this.#context.now();
    if (leftMs <= 0) return this.#end(DEADLINE, grace);
    this.#deadline?.();
    this.#deadline = this.#context.later(leftMs, () => this.requestSync(0));
  }

  #end(failure: PodFailure | undefined, graceSeconds = 30): void {
    const killAt = this.#context.now() + Math.max(MIN_GRACE_SECONDS, graceSeconds) * 1000;
    if (this.#ending !== undefined) {
      // A later deletion can only shorten the grace period.
      this.#ending.killAt = Math.min(this.#ending.killAt, killAt);
      return;
    }
    this.#ending = { failure, killAt };
    this.#readiness.stop();
    this.#preparation.stop();
    for (const starter of this.#starters.values()) starter.cancel();
  }

  #stopContainers({ killAt }: Ending): void {
    const { machine, now, later } = this.#context;
    const sidecars = new Set(
      asObjects(asObject(this.#pod['spec'])['initContainers'])
        .filter(isSidecar)
        .map(({ name }) => name),
    );
    const running = this.#running();
    const first = running.filter(({ name }) => !sidecars.has(name));
    for (const record of first.length > 0 ? first : running) {
      if (this.#terminated.has(record.id)) continue;
      this.#terminated.add(record.id);
      machine.runtime.terminate(record);
    }
    const left = this.#running();
    if (left.length === 0) return;
    if (now() >= killAt) for (const record of left) machine.runtime.kill(record);
    else later(killAt - now(), () => this.requestSync(0));
  }

  /** Starts what is due. */
  #advance(): void {
    if (!this.#preparation.isReady) {
      this.#preparation.begin();
      return;
    }
    for (const { spec, latest } of dueContainers(this.#view(), this.#context.machine.bootId)) {
      this.#starters.get(asText(spec['name']))?.start(latest);
    }
  }

  #running(): ReturnType<KubeletContext['machine']['runtime']['containersOf']> {
    return this.#context.machine.runtime.containersOf(this.#uid).filter(({ exit }) => exit === undefined);
  }

  #view(): PodView {
    const spec = asObject(this.#pod['spec']);
    const init = asObjects(spec['initContainers']).map((container) => this.#container(container));
    const initialized = init.every((view) => isSidecar(view.spec) || view.latest?.exit?.code === 0);
    const reason = initialized || init.length === 0 ? 'ContainerCreating' : 'PodInitializing';
    return {
      pod: this.#pod,
      init,
      app: asObjects(spec['containers']).map((container) => {
        const view = this.#container(container);
        return view.latest === undefined && view.waiting === undefined ? { ...view, waiting: { reason } } : view;
      }),
      addresses: this.#context.addressesOf(this.#pod),
      sandboxReady: this.#preparation.isReady,
      failure: this.#ending?.failure,
      final: this.#final,
      now: this.#context.now(),
    };
  }

  #container(spec: Json): ContainerView {
    const name = asText(spec['name']);
    const records = this.#context.machine.runtime.containersOf(this.#uid).filter((record) => record.name === name);
    const [previous, latest] = [records.at(-2), records.at(-1)];
    return {
      ...{ spec, latest, previous },
      waiting: this.#starters.get(name)?.waiting,
      ready: this.#readiness.isReady(spec, latest),
      lostRestarts: this.#lost.get(name) ?? 0,
    };
  }

  /** Containers that ran according to the API server, of which the host knows nothing any more: each counts as a restart. */
  #lostRestarts(): ReadonlyMap<string, number> {
    if (isTerminal(this.#pod) || this.#context.machine.runtime.containersOf(this.#uid).length > 0) return new Map();
    const status = asObject(this.#pod['status']);
    const known = [...asObjects(status['initContainerStatuses']), ...asObjects(status['containerStatuses'])];
    const ran = known.filter(({ state }) => asObject(state)['waiting'] === undefined);
    return new Map(ran.map((each) => [asText(each['name']), asNumber(each['restartCount']) + 1]));
  }

  #write(): void {
    if (this.#gone || isTerminal(this.#pod)) return;
    const status = podStatus(this.#view());
    const stored = asObject(this.#pod['status']);
    if (Object.entries(status).every(([key, value]) => isDeepStrictEqual(stored[key], value))) return;
    const written = this.#context.writeStatus(this.#pod, status);
    if (written !== undefined) this.#pod = written;
    // Until it is taken, the status is tried again.
    else this.requestSync(RETRY_MS);
  }
}

function isTerminal(pod: KubeObject): boolean {
  const phase = asObject(pod['status'])['phase'];
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The kubelet has said that nothing is left; only finalizers keep the Pod. */
function isForced({ metadata }: KubeObject): boolean {
  return metadata.deletionGracePeriodSeconds === 0 && (metadata.finalizers ?? []).length > 0;
}

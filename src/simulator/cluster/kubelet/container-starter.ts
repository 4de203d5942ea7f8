import { asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { ConfigError } from './config-source.ts';
import type { Waiting } from './container-status.ts';
import { between, type KubeletContext } from './context.ts';
import { containerEnvironment } from './environment.ts';
import { expand } from './expand.ts';
import type { ContainerRecord } from './runtime.ts';
import type { PodVolumes } from './volumes.ts';

const FIRST_BACKOFF_MS = 10_000;
const MAX_BACKOFF_MS = 300_000;
/** A container that ran this long starts without delay again. */
const BACKOFF_RESET_MS = 600_000;
/** How long until the kubelet tries again to configure a container. */
const CONFIG_RETRY_MS = 12_000;
const LOCAL_IMAGE_MS = 40;

/** What a Pod's worker lends to the starters of its containers. */
export interface StarterPod {
  readonly context: KubeletContext;
  /** The newest Pod. */
  readonly pod: () => KubeObject;
  readonly volumes: () => PodVolumes | undefined;
  /** Whether containers may still start. */
  readonly mayStart: () => boolean;
  /** Something has changed that the status shows. */
  readonly changed: () => void;
  /** Restarts of the container before the first record. */
  readonly lostRestarts: number;
}

/** Starts one container of a Pod, again and again where its restart policy says so: pull, configuration, start. */
export class ContainerStarter {
  readonly #owner: StarterPod;
  readonly #spec: Json;
  #waiting: Waiting | undefined;
  #busy = false;
  #pulls = 0;
  /** Delay before the next restart (ms); undefined before the first one. */
  #backoffMs: number | undefined;

  constructor(owner: StarterPod, spec: Json) {
    this.#owner = owner;
    this.#spec = spec;
  }

  /** Why the container does not run; undefined when nothing is to be started. */
  get waiting(): Waiting | undefined {
    return this.#waiting;
  }

  /** Starts the container unless that has begun. `latest` is the container that ended before. */
  start(latest: ContainerRecord | undefined): void {
    if (this.#busy) return;
    this.#busy = true;
    const delayMs = latest === undefined ? 0 : this.#restartDelay(latest);
    if (latest === undefined) this.#waiting = undefined;
    if (delayMs > 0) this.#wait('CrashLoopBackOff', this.#backOffWords(delayMs));
    this.#then(delayMs, () => this.#pull(latest));
  }

  /** Gives up what has begun: the Pod ends. */
  cancel(): void {
    this.#busy = false;
    this.#waiting = undefined;
  }

  #restartDelay({ startedAt, exit }: ContainerRecord): number {
    const { now } = this.#owner.context;
    const endedAt = exit?.finishedAt ?? now();
    if (startedAt !== undefined && endedAt - startedAt >= BACKOFF_RESET_MS) this.#backoffMs = undefined;
    const backoffMs = this.#backoffMs;
    this.#backoffMs = backoffMs === undefined ? FIRST_BACKOFF_MS : Math.min(MAX_BACKOFF_MS, backoffMs * 2);
    return backoffMs === undefined ? 0 : Math.max(0, endedAt + backoffMs - now());
  }

  #backOffWords(delayMs: number): string {
    const { name = '', namespace = '', uid = '' } = this.#owner.pod().metadata;
    const seconds = Math.round(delayMs / 1000);
    const text = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
    return `back-off ${text} restarting failed container=${asText(this.#spec['name'])} pod=${name}_${namespace}(${uid})`;
  }

  #pull(latest: ContainerRecord | undefined): void {
    const { context } = this.#owner;
    const { machine } = context;
    const image = asText(this.#spec['image']);
    const policy = asText(this.#spec['imagePullPolicy']);
    const present = machine.images.has(image);
    if (policy === 'Never' && !present) {
      this.#wait('ErrImageNeverPull', `Container image "${image}" is not present with pull policy of Never`);
      return this.#then(CONFIG_RETRY_MS, () => this.#pull(latest));
    }
    if (present && policy !== 'Always') return this.#then(LOCAL_IMAGE_MS, () => this.#create(latest));
    this.#pulls += 1;
    const asked = context.pullImage({ image, node: machine.name, attempt: this.#pulls });
    const result = machine.facts().diskFull && !present ? noSpace(image) : asked;
    // With a layer on the disk the runtime only asks the registry for the digest.
    const ms = result.kind === 'Pulled' && present ? Math.min(result.ms, between(context, 100, 600)) : result.ms;
    this.#then(context.reservePull(ms), () => {
      if (result.kind === 'Failed') return this.#failPull(latest, image, result.message);
      machine.images.add(image);
      context.touch();
      this.#pulls = 0;
      this.#then(LOCAL_IMAGE_MS, () => this.#create(latest));
    });
  }

  #failPull(latest: ContainerRecord | undefined, image: string, message: string): void {
    const { context } = this.#owner;
    const backoffMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#pulls - 1));
    this.#wait('ErrImagePull', message);
    this.#then(between(context, 1000, 9000), () => {
      this.#wait('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${message}`);
    });
    this.#then(backoffMs, () => this.#pull(latest));
  }

  #create(latest: ContainerRecord | undefined): void {
    const { context, pod, volumes, lostRestarts } = this.#owner;
    const mounted = volumes();
    if (mounted === undefined) return this.cancel();
    try {
      const env = containerEnvironment({
        ...{ pod: pod(), container: this.#spec, read: context.read },
        addresses: context.addressesOf(pod()),
      });
      const restarts = latest === undefined ? lostRestarts : latest.restarts + 1;
      this.#then(between(context, 100, 600), () => this.#run(env, mounted, restarts));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#wait('CreateContainerConfigError', error.message);
      this.#then(CONFIG_RETRY_MS, () => this.#create(latest));
    }
  }

  #run(env: Readonly<Record<string, string>>, volumes: PodVolumes, restarts: number): void {
    const { context, pod } = this.#owner;
    const { machine } = context;
    const spec = this.#spec;
    const [name, image] = [asText(spec['name']), asText(spec['image'])];
    this.cancel();
    machine.runtime.start({ podUid: pod().metadata.uid ?? '', name, image, restarts, bootId: machine.bootId }, (control) => {
      context.runContainer({
        ...control,
        ...{ host: machine, pod: pod(), name, image, env, restarts },
        command: expandAll(spec['command'], env),
        args: expandAll(spec['args'], env),
        files: volumes.filesFor(spec),
        hostPaths: volumes.hostPathsFor(spec),
      });
    });
  }

  #wait(reason: string, message: string): void {
    this.#waiting = { reason, message };
    this.#owner.changed();
  }

  /** The next step, unless the start was given up by then. */
  #then(milliseconds: number, run: () => void): void {
    this.#owner.context.later(milliseconds, () => {
      if (!this.#busy) return;
      if (this.#owner.mayStart()) run();
      else this.cancel();
    });
  }
}

function noSpace(image: string): { readonly kind: 'Failed'; readonly ms: number; readonly message: string } {
  const message = `failed to pull and unpack image "${image}": failed to extract layer: write /var/lib/containerd: no space left on device`;
  return { kind: 'Failed', ms: 2000, message: `rpc error: code = Unknown desc = ${message}` };
}

function expandAll(texts: unknown, env: Readonly<Record<string, string>>): readonly string[] {
  return Array.isArray(texts) ? texts.map((text) => expand(asText(text), env)) : [];
}

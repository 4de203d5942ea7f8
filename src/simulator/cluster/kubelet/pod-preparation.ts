import type { KubeObject } from '../../../kube/kube-object.ts';
import { ConfigError } from './config-source.ts';
import { between, type KubeletContext } from './context.ts';
import { PodVolumes } from './volumes.ts';

/** Kubelets look at each Pod about once a minute, and then bring its mounted files up to date. */
const REFRESH_MS = { least: 60_000, most: 90_000 };
const MOUNT_RETRY_MS = { first: 500, most: 122_000 };

/** What a Pod needs before its containers: mounted volumes, and a sandbox. */
export class PodPreparation {
  readonly #context: KubeletContext;
  readonly #changed: () => void;
  readonly #pod: () => KubeObject;
  #volumes: PodVolumes | undefined;
  #state: 'None' | 'Under way' | 'Ready' = 'None';
  #failures = 0;
  #stopped = false;

  /** `pod` returns the newest Pod; `changed` is called when there is something to do. */
  constructor(context: KubeletContext, pod: () => KubeObject, changed: () => void) {
    this.#context = context;
    this.#pod = pod;
    this.#changed = changed;
  }

  get isReady(): boolean {
    return this.#state === 'Ready';
  }

  /** Undefined until they are mounted. */
  get volumes(): PodVolumes | undefined {
    return this.#volumes;
  }

  /** Begins, or tries again. */
  begin(): void {
    if (this.#state !== 'None') return;
    this.#state = 'Under way';
    try {
      this.#volumes ??= this.#mount();
      this.#later(between(this.#context, 300, 1500), 'Ready');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const delayMs = Math.min(MOUNT_RETRY_MS.most, MOUNT_RETRY_MS.first * 2 ** this.#failures);
      this.#failures += 1;
      this.#later(delayMs, 'None');
    }
  }

  /** Files are no longer brought up to date: the Pod has ended. */
  stop(): void {
    this.#stopped = true;
  }

  #later(milliseconds: number, state: 'None' | 'Ready'): void {
    this.#context.later(milliseconds, () => {
      this.#state = state;
      this.#changed();
    });
  }

  #mount(): PodVolumes {
    const { read, addressesOf } = this.#context;
    const pod = this.#pod();
    const volumes = new PodVolumes({ pod, addresses: addressesOf(pod), read });
    if (volumes.mayChange) this.#refreshLater(volumes);
    return volumes;
  }

  #refreshLater(volumes: PodVolumes): void {
    this.#context.later(between(this.#context, REFRESH_MS.least, REFRESH_MS.most), () => {
      if (this.#stopped) return;
      volumes.refresh(this.#pod());
      this.#refreshLater(volumes);
    });
  }
}

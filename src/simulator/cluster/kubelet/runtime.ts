/** How a container ended. */
export interface ContainerExit {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  /** By the host's clock, in milliseconds since the epoch; undefined until the host is up again. */
  finishedAt: number | undefined;
}

/** A container that was started once. A restart makes another one. */
export interface ContainerRecord {
  readonly id: string;
  readonly podUid: string;
  readonly name: string;
  readonly image: string;
  readonly restarts: number;
  /** The boot in which it was started. */
  readonly bootId: string;
  /** By the host's clock, in milliseconds since the epoch; undefined when it could not be started. */
  readonly startedAt: number | undefined;
  /** The program's own word about its readiness. */
  ready: boolean | undefined;
  exit: ContainerExit | undefined;
}

/** How the runtime reaches the process in a container. */
interface Process {
  readonly onTerminate: (() => void)[];
  readonly onKill: (() => void)[];
}

/** What the process in a container may do. */
export interface ProcessControl {
  readonly onTerminate: (run: () => void) => void;
  readonly onKill: (run: () => void) => void;
  readonly exit: (code: number, message?: string, reason?: string) => void;
  readonly failToStart: (message: string) => void;
  readonly setReady: (ready: boolean) => void;
}

const KILLED = 137;
/** What containerd says of a container whose process it did not see end. */
const UNKNOWN = { code: 255, reason: 'Unknown', message: '' };

/**
 * The container runtime of a host: it outlives the kubelet, and its records outlive a boot. A process ends with its host; its
 * record then says `Unknown` once the host is up again.
 */
export class ContainerRuntime {
  readonly #now: () => number;
  readonly #records = new Map<string, ContainerRecord[]>();
  readonly #processes = new Map<ContainerRecord, Process>();
  #serial = 0;
  /** Called with the UID of the Pod after each change of a container; the running kubelet sets it. */
  onChange: ((podUid: string) => void) | undefined;

  /** `now` is the host's clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** UIDs of the Pods that have containers, running or not. */
  get pods(): readonly string[] {
    return [...this.#records.keys()];
  }

  /** The containers of a Pod, in the order of their start. */
  containersOf(podUid: string): readonly ContainerRecord[] {
    return this.#records.get(podUid) ?? [];
  }

  /** Starts a container. `run` starts its process. */
  start(
    container: Pick<ContainerRecord, 'podUid' | 'name' | 'image' | 'restarts' | 'bootId'>,
    run: (control: ProcessControl) => void,
  ): void {
    this.#serial += 1;
    const process: Process = { onTerminate: [], onKill: [] };
    const id = `${container.podUid}-${this.#serial}`;
    const record: ContainerRecord = { ...container, id, startedAt: this.#now(), ready: undefined, exit: undefined };
    const records = this.#records.get(container.podUid) ?? [];
    records.push(record);
    this.#records.set(container.podUid, records);
    this.#processes.set(record, process);
    let starting = true;
    run({
      onTerminate: (act) => process.onTerminate.push(act),
      onKill: (act) => process.onKill.push(act),
      exit: (code, message = '', reason = code === 0 ? 'Completed' : 'Error') => this.#end(record, { code, reason, message }),
      failToStart: (message) => {
        if (!starting) throw new Error(`${container.name} runs already`);
        this.#processes.delete(record);
        const exit = { code: 128, reason: 'StartError', message, finishedAt: this.#now() };
        records[records.indexOf(record)] = { ...record, startedAt: undefined, exit };
      },
      setReady: (ready) => {
        record.ready = ready;
        this.onChange?.(container.podUid);
      },
    });
    starting = false;
    this.onChange?.(container.podUid);
  }

  /** Sends SIGTERM to a container. */
  terminate(record: ContainerRecord): void {
    for (const act of this.#processes.get(record)?.onTerminate ?? []) act();
  }

  /** Sends SIGKILL to a container. */
  kill(record: ContainerRecord): void {
    this.#kill(record, { code: KILLED, reason: 'Error', message: '' });
  }

  /** Running containers of all Pods. */
  running(): readonly ContainerRecord[] {
    return [...this.#processes.keys()];
  }

  /** Ends every process at once, unseen. */
  powerOff(): void {
    this.onChange = undefined;
    for (const record of this.running()) {
      this.#kill(record, UNKNOWN);
      if (record.exit !== undefined) record.exit.finishedAt = undefined;
    }
  }

  /** Notes when containers were found dead that ended with the host. */
  powerOn(): void {
    for (const record of [...this.#records.values()].flat()) {
      if (record.exit !== undefined) record.exit.finishedAt ??= this.#now();
    }
  }

  /** Forgets the containers of a Pod, none of which may run. */
  remove(podUid: string): void {
    this.#records.delete(podUid);
  }

  #kill(record: ContainerRecord, exit: Pick<ContainerExit, 'code' | 'reason' | 'message'>): void {
    const process = this.#processes.get(record);
    if (process === undefined) return;
    this.#end(record, exit);
    for (const act of process.onKill) act();
  }

  #end(record: ContainerRecord, exit: Pick<ContainerExit, 'code' | 'reason' | 'message'>): void {
    if (!this.#processes.delete(record)) return;
    record.exit = { ...exit, finishedAt: this.#now() };
    this.onChange?.(record.podUid);
  }
}

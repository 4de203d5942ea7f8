import type { KubeObject } from '../../../kube/kube-object.ts';

/** One HTTP request to a Unix socket of a host. */
export interface SocketRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The answer of whoever listens on the socket. */
export interface SocketAnswer {
  readonly status: number;
  readonly body: string;
}

export type SocketHandler = (request: SocketRequest) => Promise<SocketAnswer>;

/** What a container can reach of its host. */
export interface ContainerHost {
  readonly name: string;
  /** Changes with every boot. */
  readonly bootId: string;
  /** How far the host's clock is ahead of the true time (ms). */
  readonly clockOffsetMs: number;
  /** Whether the host reaches the API server. */
  readonly connected: boolean;
  /** Files of the host by absolute path. Those in /run are lost when the host goes down. */
  readonly files: Map<string, string>;
  /** Who listens on Unix sockets of the host, by absolute path. A boot closes all of them. */
  readonly sockets: Map<string, SocketHandler>;
}

/** Files that Kubernetes mounts into a container. Each call sees the present content. */
export interface ContainerFiles {
  /** The content of a file; undefined when it does not exist. */
  readonly read: (path: string) => string | undefined;
  /** Absolute paths of all files below a directory, sorted. */
  readonly list: (directory: string) => readonly string[];
}

/** A container that starts, as its program sees it. */
export interface ContainerStart {
  readonly host: ContainerHost;
  /** The Pod as it was when the container started. */
  readonly pod: KubeObject;
  /** The name of the container. */
  readonly name: string;
  readonly image: string;
  /** Overrides the entrypoint of the image unless empty. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: ContainerFiles;
  /** Directories of the host by the path at which the container sees them. */
  readonly hostPaths: ReadonlyMap<string, string>;
  /** How often this container was started before in this Pod. */
  readonly restarts: number;
  /**
   * Calls back at SIGTERM. Without any callback the signal is ignored, as the first process of a container does, and the
   * container is killed at the end of its grace period.
   */
  readonly onTerminate: (run: () => void) => void;
  /** Calls back when the process is killed, also by the loss of its host. After that it must do nothing more. */
  readonly onKill: (run: () => void) => void;
  /** Ends the process. `message` is its termination message; `reason` overrides `Completed` or `Error`, as `OOMKilled` does. */
  readonly exit: (code: number, message?: string, reason?: string) => void;
  /** Makes the container fail before it ran: the runtime cannot start the command. Only while the program is being started. */
  readonly failToStart: (message: string) => void;
  /** Overrides the result of the readiness probe. */
  readonly setReady: (ready: boolean) => void;
}

/** Starts what runs in a container. */
export type RunContainer = (start: ContainerStart) => void;

/** How the pull of an image goes. */
export type PullResult =
  { readonly kind: 'Pulled'; readonly ms: number } | { readonly kind: 'Failed'; readonly ms: number; readonly message: string };

/** Decides how a host pulls an image; `attempt` counts from 1. */
export type PullImage = (pull: { readonly image: string; readonly node: string; readonly attempt: number }) => PullResult;

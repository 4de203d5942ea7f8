import type { Api } from '../api.ts';

/** One behaviour of a control plane. */
export interface PlaneCase {
  /** A full sentence, unique in its area. */
  readonly name: string;
  /** Acts in a namespace of its own, and returns what it saw. Cases run at the same time. */
  readonly run: (api: Api, namespace: string) => Promise<unknown>;
}

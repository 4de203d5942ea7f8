import type { ClusterUser } from './cluster-user.ts';

/** Something that others than Baton do to a cluster. */
export interface Deed {
  readonly name: string;
  /** How often it is chosen, compared with the others. */
  readonly weight: number;
  /** Nobody who knows Baton would do it. */
  readonly hostile?: boolean;
  /** Does it, if there is anything to do it to. */
  readonly run: (user: ClusterUser) => void;
}

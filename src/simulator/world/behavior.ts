/** What an upgrade does on its host, unknown to everybody beforehand. `ms` counts from its start. */
export type UpgradeBehavior =
  | { readonly kind: 'Succeeds'; readonly ms: number }
  | { readonly kind: 'Fails'; readonly ms: number; readonly exitCode?: number; readonly message?: string }
  | { readonly kind: 'RunsOutOfMemory'; readonly ms: number }
  /** The runtime cannot start it. */
  | { readonly kind: 'CannotStart' }
  /** It exits with 0, and has changed nothing. */
  | { readonly kind: 'ChangesNothing'; readonly ms: number }
  /** It never ends by itself. */
  | { readonly kind: 'Hangs' }
  /** Its work is done, but something kills the process, as an upgrade of the container runtime does. */
  | { readonly kind: 'IsKilledWhenDone'; readonly ms: number; readonly exitCode: 137 | 143 | 255 }
  /** The host goes down, for some time or for good. */
  | { readonly kind: 'LosesHost'; readonly ms: number; readonly downMs: number | undefined }
  /**
   * It reboots the host, which is down for `downMs` or for good. `end` is what becomes of its Pod: the shutdown kills it, it exits with 0
   * before the shutdown, or the host is gone before anybody has seen its end.
   */
  | {
      readonly kind: 'Reboots';
      readonly ms: number;
      readonly announced: boolean;
      readonly end: 'Killed' | 'Completed' | 'Unseen';
      readonly downMs: number | undefined;
    }
  /** It announces a reboot, cannot reboot, and reports that. */
  | { readonly kind: 'FailsToReboot'; readonly ms: number }
  /** It finds that no reboot is needed, and reports success. */
  | { readonly kind: 'NeedsNoReboot'; readonly ms: number };

/** The upgrade that a behavior is chosen for. */
export interface UpgradeContext {
  /** Name of the host. */
  readonly host: string;
  readonly namespace: string;
  readonly plan: string;
  readonly revision: string;
  readonly process: string;
  /** The version to reach; in a rollback, the one to return to. */
  readonly version: string;
  readonly attempt: number;
  readonly disruption: 'None' | 'Drain' | 'Reboot';
  readonly isRollback: boolean;
  /** Chance for this upgrade alone. */
  readonly random: () => number;
}

export type ChooseBehavior = (context: UpgradeContext) => UpgradeBehavior;

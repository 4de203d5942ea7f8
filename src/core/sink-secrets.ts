import type { Sink } from '../api/generated/upgradeplan.ts';

/** A key of a Secret in the plan's namespace. */
export interface SinkSecret {
  /** Name of the Secret. */
  readonly name: string;
  /** The key that is needed; of an optional one that the Secret lacks, there is no file. */
  readonly key: string;
}

/** The Secrets of a sink: the kubelet mounts them into the agent's Pod, and nobody of Baton may read them otherwise. */
export function sinkSecrets({ webhook, pagerDuty }: Sink): readonly SinkSecret[] {
  return [webhook?.signingSecretRef, pagerDuty?.routingKeySecretRef].filter((reference) => reference !== undefined);
}

/** The file of a Secret's key, within the directory of the sinks' Secrets. */
export function secretFile(sink: string, secret: string, key: string): string {
  return `${sink}/${secret}/${key}`;
}

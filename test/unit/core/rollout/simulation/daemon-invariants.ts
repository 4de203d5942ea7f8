import type { Command } from '../../../../../src/core/rollout/model/command.ts';
import { REVISION_HASH } from '../../../../../src/core/rollout/fleet/daemon-set.ts';
import { isDaemonPod } from './daemon-sets.ts';
import { must } from './must.ts';
import type { World } from './world.ts';

/** Only on a node in its turn, after what comes before it, and never a Pod of the newest revision. */
export function checkReplacePod(world: World, { pod }: Extract<Command, { kind: 'ReplacePod' }>): void {
  const node = world.nodes.get(pod.node);
  const { turn } = node ?? {};
  must(isDaemonPod(pod), 5, () => `${pod.name} is no Pod of the DaemonSet`);
  must(node?.claim === world.plan?.metadata.uid, 4, () => `${pod.name} is replaced on ${pod.node}, which is not in its turn`);
  must(turn?.processes.includes('cni') === true, 5, () => `${pod.name} is replaced in a turn that is not about it`);
  must(
    pod.labels[REVISION_HASH] !== world.daemonSet?.revision,
    5,
    () => `${pod.name} is replaced, although it is of the newest revision`,
  );
  const active = [...world.jobs.values()].find((job) => job.node === pod.node && job.outcome === 'Active');
  must(active === undefined, 5, () => `${pod.name} is replaced while ${active?.name ?? ''} runs`);
}

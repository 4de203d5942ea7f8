import type { Instant, PodFact } from '../../facts.ts';
import { nextDeliveries, outboxEntries } from '../../baton/deliveries.ts';
import { agentPodName, buildAgentPod } from '../manifests/agent-pod.ts';
import type { Command } from '../model/command.ts';
import { type BatonInput, chooseHolder } from './choose-holder.ts';
import { whyLost, activeHolderPod } from './holder-loss.ts';

/** What to do about the baton. */
export interface BatonResult {
  readonly commands: readonly Command[];
  /** Why no node can hold the baton; undefined if one can. */
  readonly problem: string | undefined;
  readonly requeueAt?: Instant;
}

/** Decides which node holds the baton, and moves the baton when necessary. */
export function advanceBaton(input: BatonInput): BatonResult {
  const { snapshot, lease, batch, settings, hash } = input;
  const stale = snapshot.agentPods.filter((pod) => !pod.deleting && pod.uid !== lease.agentPodUid);
  const hasHolder = lease.batchUid === batch.metadata.uid && lease.holder !== '';
  const loss = hasHolder ? whyLost(input) : undefined;
  if (hasHolder && loss === undefined && !input.holderWaits)
    return { commands: deleteAgents(stale, undefined), problem: undefined, ...requeue(input) };

  const transitions = lease.transitions + 1;
  const name = agentPodName(lease.uid, transitions, hash);
  const prepared = snapshot.agentPods.filter((pod) => pod.name === name);
  const holder = chooseHolder(input, prepared);
  if (holder === undefined) {
    // A live holder stays, even if its own turn is next: that turn waits until the baton can move.
    const problem =
      hasHolder && loss === undefined
        ? undefined
        : `no node of the plan can hold the baton${loss === undefined ? '' : ` (${loss})`}`;
    return { commands: [], problem, ...requeue(input) };
  }
  const reason = batonReason(input, loss);
  const pod = prepared[0];
  if (pod === undefined) {
    const manifest = buildAgentPod({ plan: snapshot.plan, lease, transitions, node: holder.name, settings, hash });
    const why = `${reason}: ${holder.name} gets the agent for ${batch.metadata.name}`;
    return {
      commands: [{ kind: 'CreateAgentPod', pod: manifest, why }, ...deleteAgents(stale, name)],
      problem: undefined,
      ...requeue(input),
    };
  }
  if (pod.deleting || pod.node !== holder.name) {
    // Its name is needed for another node, and it has nothing to finish.
    return {
      commands: [{ kind: 'DeleteAgentPod', pod, atOnce: true, why: `${pod.node} can no longer take the baton` }],
      problem: undefined,
      ...requeue(input),
    };
  }
  const stopping = stopActiveAgent(input, `${reason}: the previous agent finishes before ${holder.name} gets the baton`);
  if (stopping !== undefined) return { commands: stopping, problem: undefined, ...requeue(input) };
  const to = { node: holder.name, pod: pod.name, podUid: pod.uid, batch: batch.metadata.name, batchUid: batch.metadata.uid };
  const why = `${reason}: the baton goes to ${holder.name} for ${batch.metadata.name}`;
  return { commands: [{ kind: 'PassBaton', lease, to, receipts: input.uncopied, why }], problem: undefined, ...requeue(input) };
}

/**
 * Stops an agent that may be sending and waits for it, because it can only leave its receipts on a Lease that names it. Undefined if nothing is
 * left to send, or the agent is not active.
 */
function stopActiveAgent(input: BatonInput, why: string): readonly Command[] | undefined {
  const { snapshot, lease } = input;
  const pod = activeHolderPod(input);
  if (pod === undefined || nextDeliveries(snapshot.batches.flatMap(outboxEntries), lease.receipts).size === 0) return undefined;
  return pod.deleting ? [] : [{ kind: 'DeleteAgentPod', pod, atOnce: false, why }];
}

function batonReason(input: BatonInput, loss: string | undefined): string {
  if (input.lease.batchUid !== input.batch.metadata.uid) return 'a batch has started';
  // Its Pod may have been stopped already for that reason, and then also counts as lost.
  if (input.holderWaits || loss === undefined) return `the turn of the holder ${input.lease.holder} is next`;
  return `the holder ${input.lease.holder} is lost (${loss})`;
}

function deleteAgents(pods: readonly PodFact[], kept: string | undefined): Command[] {
  return pods
    .filter((pod) => pod.name !== kept)
    .map((pod): Command => ({ kind: 'DeleteAgentPod', pod, atOnce: false, why: `${pod.name} no longer holds the baton` }));
}

function requeue({ now, settings }: BatonInput): { requeueAt: Instant } {
  return { requeueAt: now + settings.leaseDurationSeconds * 500 };
}

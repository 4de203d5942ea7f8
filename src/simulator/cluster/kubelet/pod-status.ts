import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { containerStatus, rfc3339, type ContainerView } from './container-status.ts';
import type { PodAddresses } from './field-ref.ts';

/** Why the kubelet ended a Pod by itself. */
export interface PodFailure {
  readonly reason: string;
  readonly message: string;
  /** Marks the Pod as disrupted rather than failed by its own fault. */
  readonly disruption?: 'TerminationByKubelet';
}

/** What a kubelet knows about a Pod. */
export interface PodView {
  readonly pod: KubeObject;
  readonly init: readonly ContainerView[];
  readonly app: readonly ContainerView[];
  readonly addresses: PodAddresses;
  readonly sandboxReady: boolean;
  readonly failure: PodFailure | undefined;
  /** Nothing runs any more, and nothing will. */
  readonly final: boolean;
  /** By the host's clock, in milliseconds since the epoch. */
  readonly now: number;
}

type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

/** Whether an init container stays beside the containers of the Pod. */
export function isSidecar({ restartPolicy }: Json): boolean {
  return restartPolicy === 'Always';
}

/** The restart policy of a Pod. */
export function restartPolicyOf(pod: KubeObject): string {
  return asText(asObject(pod['spec'])['restartPolicy']) || 'Always';
}

function isRunning({ latest }: ContainerView): boolean {
  return latest !== undefined && latest.exit === undefined;
}

function exitCode({ latest }: ContainerView): number | undefined {
  return latest?.exit?.code;
}

/** Whether all init containers are done, and the sidecars have started. */
export function isInitialized(init: readonly ContainerView[]): boolean {
  return init.every((view) => (isSidecar(view.spec) ? view.latest !== undefined : exitCode(view) === 0));
}

function phaseOf({ pod, init, app, failure, final }: PodView): Phase {
  const policy = restartPolicyOf(pod);
  const codes = app.map(exitCode);
  if (final) {
    const succeeded = failure === undefined && codes.length > 0 && codes.every((code) => code === 0);
    return succeeded ? 'Succeeded' : 'Failed';
  }
  if (app.some(isRunning)) return 'Running';
  if (!isInitialized(init) && codes.every((code) => code === undefined)) return 'Pending';
  if (app.some(({ latest }) => latest === undefined)) return 'Pending';
  if (policy === 'Always' || init.some(isRunning)) return 'Running';
  if (codes.every((code) => code === 0)) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

/** Whether a Pod of these containers has ended by itself. */
export function hasEnded(view: Pick<PodView, 'pod' | 'init' | 'app'>): boolean {
  const policy = restartPolicyOf(view.pod);
  if (policy === 'Always') return false;
  const isDone = (code: number | undefined): boolean => code === 0 || (code !== undefined && policy === 'Never');
  if (policy === 'Never' && view.init.some((each) => !isSidecar(each.spec) && (exitCode(each) ?? 0) !== 0)) return true;
  return view.app.every((each) => isDone(exitCode(each)));
}

interface Condition {
  readonly type: string;
  readonly status: boolean;
  readonly reason?: string;
  readonly message?: string;
}

function readiness(type: string, view: PodView, phase: Phase): Condition {
  if (phase === 'Succeeded') return { type, status: false, reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: false, reason: 'PodFailed' };
  const unready = view.app.filter(({ ready }) => !ready).map(({ spec }) => asText(spec['name']));
  if (unready.length === 0) return { type, status: true };
  return { type, status: false, reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
}

function initialized(view: PodView, phase: Phase): Condition {
  const type = 'Initialized';
  if (phase === 'Succeeded') return { type, status: true, reason: 'PodCompleted' };
  const open = view.init.filter((each) => !isInitialized([each])).map(({ spec }) => asText(spec['name']));
  if (open.length === 0) return { type, status: true };
  return {
    type,
    status: false,
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${open.join(' ')}]`,
  };
}

function disruption(failure: PodFailure | undefined): readonly Condition[] {
  if (failure?.disruption === undefined) return [];
  return [{ type: 'DisruptionTarget', status: true, reason: failure.disruption, message: failure.message }];
}

/** Conditions of others stay; a transition has the time at which the kubelet noticed it. */
function conditionsOf(view: PodView, phase: Phase): readonly Json[] {
  const own = [
    { type: 'PodReadyToStartContainers', status: view.sandboxReady && !view.final },
    initialized(view, phase),
    readiness('Ready', view, phase),
    readiness('ContainersReady', view, phase),
    ...disruption(view.failure),
  ];
  const before = asObjects(asObject(view.pod['status'])['conditions']);
  const written = own.map(({ status, ...condition }) => {
    const old = before.find(({ type }) => type === condition.type);
    const text = status ? 'True' : 'False';
    const lastTransitionTime = old?.['status'] === text ? old['lastTransitionTime'] : rfc3339(view.now);
    return { ...condition, status: text, lastProbeTime: null, lastTransitionTime };
  });
  return [...before.filter(({ type }) => own.every((condition) => condition.type !== type)), ...written];
}

function began({ latest, lostRestarts }: ContainerView): boolean {
  return latest !== undefined || lostRestarts > 0;
}

/** The status that a kubelet writes, as a merge patch of the one in the Pod that it saw. */
export function podStatus(view: PodView): Json {
  const { pod, init, app, addresses, failure, final } = view;
  const phase = phaseOf(view);
  const { hostIP, podIP } = addresses;
  const before = asObject(pod['status']);
  return {
    phase,
    ...(failure === undefined ? {} : { reason: failure.reason, message: failure.message }),
    startTime: before['startTime'] ?? rfc3339(view.now),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(view.sandboxReady ? { podIP, podIPs: [{ ip: podIP }] } : {}),
    conditions: conditionsOf(view, phase),
    ...(init.length === 0 ? {} : { initContainerStatuses: init.map((each) => containerStatus(each, final && began(each))) }),
    // Only a Pod whose init containers are done can have lost a container.
    containerStatuses: app.map((each) => containerStatus(each, final && isInitialized(init))),
  };
}

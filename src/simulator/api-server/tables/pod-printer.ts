import { asNumber, asObject, asObjects, asText, isJsonObject, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { since } from './age.ts';
import { column, NAME, wide, type Printer, type RowCondition } from './printer.ts';

/** Pods, with the one word that says best how their containers are. Source: printPod in pkg/printers/internalversion. */
export const POD_PRINTER: Printer = {
  columns: [
    ...[NAME, column('Ready'), column('Status'), column('Restarts'), column('Age')],
    ...wide('IP', 'Node', 'Nominated Node', 'Readiness Gates'),
  ],
  cells: (pod, nowMs) => {
    const { ready, total, status, restarts, lastRestart } = summarize(pod);
    const restarted = restarts === 0 || lastRestart === undefined ? '' : ` (${since(lastRestart, nowMs)} ago)`;
    const [spec, { podIPs, nominatedNodeName }] = [asObject(pod['spec']), asObject(pod['status'])];
    return [
      ...[pod.metadata.name ?? '', `${ready}/${total}`, status, `${restarts}${restarted}`],
      since(pod.metadata.creationTimestamp, nowMs),
      ...[asObjects(podIPs)[0]?.['ip'], spec['nodeName'], nominatedNodeName].map((text) => asText(text) || '<none>'),
      readinessGates(pod),
    ];
  },
  conditions: (pod) => END[asText(asObject(pod['status'])['phase'])] ?? [],
};

const END: Readonly<Record<string, readonly RowCondition[]>> = {
  Succeeded: [completed('Succeeded', 'The pod has completed successfully.')],
  Failed: [completed('Failed', 'The pod failed.')],
};

function completed(reason: string, message: string): RowCondition {
  return { type: 'Completed', status: 'True', reason, message };
}

interface Summary {
  readonly ready: number;
  readonly total: number;
  readonly status: string;
  readonly restarts: number;
  readonly lastRestart: string | undefined;
}

/** A container's status beside its spec. */
interface Container {
  readonly status: Json;
  /** An init container that keeps running. */
  readonly sidecar: boolean;
}

function summarize(pod: KubeObject): Summary {
  const [spec, status] = [asObject(pod['spec']), asObject(pod['status'])];
  const initSpecs = asObjects(spec['initContainers']);
  const sidecars = new Set(initSpecs.filter(isSidecar).map(({ name }) => name));
  const init = asObjects(status['initContainerStatuses']).map((each) => ({ status: each, sidecar: sidecars.has(each['name']) }));
  const total = asObjects(spec['containers']).length + sidecars.size;
  const blocking = init.findIndex((each) => !hasInitialized(each));
  const initializing = blocking !== -1 && conditionStatus(status, 'Initialized') !== 'True';
  const started = blocking === -1 ? init : init.slice(0, blocking);
  const readySidecars = started.filter(
    ({ sidecar, status: each }) => sidecar && isRunning(each) && each['ready'] === true,
  ).length;
  const first = phaseOf(status);
  const blocked = init[blocking]?.status;
  const phase = blocked === undefined ? first : initReason(blocked, `Init:${blocking}/${initSpecs.length}`);
  if (initializing) {
    const seen = init.slice(0, blocking + 1).map((each) => each.status);
    return { ready: readySidecars, total, status: ending(pod, phase), ...restartsOf(seen) };
  }
  const containers = asObjects(status['containerStatuses']);
  const running = containers.filter((each) => each['ready'] === true && isJsonObject(stateOf(each)['running']));
  const restarted = [...started.filter(({ sidecar }) => sidecar).map((each) => each.status), ...containers];
  return {
    ready: readySidecars + running.length,
    total,
    status: ending(pod, containersReason(containers, running.length > 0, status, phase)),
    ...restartsOf(restarted),
  };
}

function isSidecar(container: Json): boolean {
  return container['restartPolicy'] === 'Always';
}

function phaseOf(status: Json): string {
  const gated = asObjects(status['conditions']).some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  return gated ? 'SchedulingGated' : asText(status['reason']) || asText(status['phase']);
}

function conditionStatus(status: Json, type: string): unknown {
  return asObjects(status['conditions']).find((condition) => condition['type'] === type)?.['status'];
}

function stateOf(container: Json): Json {
  return asObject(container['state']);
}

function isRunning(container: Json): boolean {
  return container['started'] === true;
}

function hasInitialized({ status, sidecar }: Container): boolean {
  const { terminated } = stateOf(status);
  if (isJsonObject(terminated) && asNumber(terminated['exitCode']) === 0) return true;
  return sidecar && isRunning(status);
}

function initReason(container: Json, waiting: string): string {
  const { terminated, waiting: why } = stateOf(container);
  if (isJsonObject(terminated)) return `Init:${terminationReason(terminated)}`;
  const reason = asText(asObject(why)['reason']);
  return reason === '' || reason === 'PodInitializing' ? waiting : `Init:${reason}`;
}

function terminationReason(terminated: Json): string {
  const reason = asText(terminated['reason']);
  if (reason !== '') return reason;
  const signal = asNumber(terminated['signal']);
  return signal === 0 ? `ExitCode:${asNumber(terminated['exitCode'])}` : `Signal:${signal}`;
}

/** The first container has the last word. */
function containersReason(containers: readonly Json[], hasRunning: boolean, status: Json, phase: string): string {
  let reason = phase;
  let failure = '';
  for (const container of containers.toReversed()) {
    const { waiting, terminated } = stateOf(container);
    const why = asText(asObject(waiting)['reason']);
    if (why !== '') reason = why;
    else if (isJsonObject(terminated)) {
      reason = terminationReason(terminated);
      if (asNumber(terminated['exitCode']) !== 0) failure = reason;
    }
  }
  if (reason !== 'Completed') return reason;
  if (hasRunning && conditionStatus(status, 'Ready') === 'True') return 'Running';
  if (failure !== '') return failure;
  return hasRunning ? 'NotReady' : reason;
}

function ending(pod: KubeObject, reason: string): string {
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  const { phase, reason: why } = asObject(pod['status']);
  if (why === 'NodeLost') return 'Unknown';
  return phase === 'Succeeded' || phase === 'Failed' ? reason : 'Terminating';
}

function restartsOf(containers: readonly Json[]): Pick<Summary, 'restarts' | 'lastRestart'> {
  const times = containers
    .map((each) => asText(asObject(asObject(each['lastState'])['terminated'])['finishedAt']))
    .filter((time) => time !== '');
  const restarts = containers.reduce((sum, each) => sum + asNumber(each['restartCount']), 0);
  return { restarts, lastRestart: times.sort().at(-1) };
}

function readinessGates(pod: KubeObject): string {
  const gates = asObjects(asObject(pod['spec'])['readinessGates']).map((gate) => asText(gate['conditionType']));
  if (gates.length === 0) return '<none>';
  const open = gates.filter((type) => conditionStatus(asObject(pod['status']), type) === 'True');
  return `${open.length}/${gates.length}`;
}

import { COMPONENTS, LABELS } from '../../api/names.ts';
import type { ContainerStart, RunContainer } from '../cluster/kubelet/container.ts';
import { seededRandom, seedFor } from '../time/random.ts';
import { between, weighted } from './chance.ts';
import type { Gates } from './gates.ts';
import { effectsOf } from './upgrade-effects.ts';
import { readTarget } from './upgrade-target.ts';
import { runUpgrade, type UpgradesPorts } from './upgrades.ts';

/** How the containers of a DaemonSet or an application go. */
export type ServiceBehavior =
  /** Ready after this time (ms); it runs until it is stopped. */
  | { readonly kind: 'Runs'; readonly readyMs: number }
  /** Exits with an error after this time (ms), at each of its first `times` starts. */
  | { readonly kind: 'Crashes'; readonly ms: number; readonly times: number }
  /** Succeeds after this time (ms). */
  | { readonly kind: 'Finishes'; readonly ms: number };

/** What workloads work with. */
export interface WorkloadsPorts extends UpgradesPorts {
  readonly gates: Gates;
  /** Chooses how a container goes that is not Baton's; by default it runs and is ready at once. */
  readonly chooseService?: (start: ContainerStart) => ServiceBehavior | undefined;
  /** Chooses how the other containers in the Pod of an upgrade go; by default each succeeds after a second. */
  readonly chooseSidecar?: (start: ContainerStart) => ServiceBehavior | undefined;
}

/** Suffix of the process label of Jobs that verify a node. */
const VERIFY = '.verify';
/** How long an application needs to end after SIGTERM (ms). */
const STOP_MS = 1500;

/** Runs the containers of everybody but Baton's own programs: upgrades, their checks, gates, pulls, DaemonSets, applications. */
export function workloads(ports: WorkloadsPorts): RunContainer {
  return (start) => {
    const labels = start.pod.metadata.labels ?? {};
    const isMain = isFirstContainer(start);
    switch (labels[LABELS.component]) {
      case COMPONENTS.prePull: {
        const [command = ''] = start.command;
        start.failToStart(
          `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start ` +
            `container process: error during container init: exec: "${command}": stat ${command}: no such file or directory`,
        );
        return;
      }
      case COMPONENTS.gate:
        exitLater(start, ports, 2000, ports.gates.isOpen(labels[LABELS.gate] ?? '') ? 0 : 1);
        return;
      case COMPONENTS.upgrade:
        if (!isMain) serve(start, ports, ports.chooseSidecar?.(start) ?? { kind: 'Finishes', ms: 1000 });
        else if ((labels[LABELS.process] ?? '').endsWith(VERIFY)) verify(start, ports);
        else runUpgrade(start, ports);
        return;
      default:
        serve(start, ports, ports.chooseService?.(start) ?? { kind: 'Runs', readyMs: 0 });
    }
  };
}

/** The container of a Job's Pod that does the work: the first one that is not an init container. */
function isFirstContainer({ pod, name }: ContainerStart): boolean {
  const { containers } = pod['spec'] as { readonly containers: readonly { readonly name: string }[] };
  return containers[0]?.name === name;
}

/** Looks whether the host is at the version that its upgrade should have brought. */
function verify(start: ContainerStart, ports: WorkloadsPorts): void {
  const { BATON_NAMESPACE: namespace = '', BATON_BATCH: batch = '', BATON_PROCESS: process = '' } = start.env;
  const target = readTarget(ports.client, { namespace, batch, process, node: start.host.name });
  const host = ports.hosts.get(start.host.name);
  if (target === undefined || host === undefined) {
    exitLater(start, ports, 1000, 1, 'nothing is known about this host');
    return;
  }
  const wanted = Object.entries(effectsOf(target).software);
  const isAtVersion = host.upgradedTo === target.version;
  const differs = wanted.find(([key, value]) =>
    Object.entries(host.facts()).some(([name, has]) => name === key && has !== value),
  );
  if (isAtVersion && differs === undefined) exitLater(start, ports, 2000, 0);
  else exitLater(start, ports, 2000, 1, `this host is at ${host.upgradedTo ?? 'another version'}, wanted ${target.version}`);
}

function serve(start: ContainerStart, ports: WorkloadsPorts, behavior: ServiceBehavior): void {
  if (behavior.kind === 'Finishes') {
    exitLater(start, ports, behavior.ms, 0);
    return;
  }
  if (behavior.kind === 'Crashes' && start.restarts < behavior.times) {
    exitLater(start, ports, behavior.ms, 1, 'it crashes');
    return;
  }
  start.onTerminate(() => void ports.setTimer(STOP_MS, () => start.exit(0)));
  if (behavior.kind !== 'Runs' || behavior.readyMs === 0) return;
  start.setReady(false);
  ports.setTimer(behavior.readyMs, () => start.setReady(true));
}

/** Ends a container after some time; SIGTERM ends it at once. */
function exitLater(start: ContainerStart, { setTimer }: WorkloadsPorts, ms: number, code: number, message = ''): void {
  start.onTerminate(() => start.exit(143));
  setTimer(ms, () => start.exit(code, message));
}

/** Mostly services that are ready soon, now and then one that crashes, for a while or for ever. */
export function serviceByChance(seed: number): (start: ContainerStart) => ServiceBehavior {
  return ({ pod, name }) => {
    const random = seededRandom(seedFor(seed, `service/${pod.metadata.uid ?? ''}/${name}`));
    return weighted<() => ServiceBehavior>(random, [
      [() => ({ kind: 'Runs', readyMs: between(random, 1, 30) * 1000 }), 12],
      [() => ({ kind: 'Crashes', ms: 1000, times: between(random, 1, 4) }), 2],
      [() => ({ kind: 'Crashes', ms: 1000, times: Infinity }), 1],
    ])();
  };
}

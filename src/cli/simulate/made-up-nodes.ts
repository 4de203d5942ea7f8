import type { NodeSelector, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { labelsFor, type Labels } from './node-labels.ts';

/** The nodes to make up. */
export interface MadeUpFleet {
  readonly nodes: number;
  readonly zones: number;
  readonly plans: readonly UpgradePlan[];
}

/** Nodes, and a sentence for each plan that selects none of them. */
export interface MadeUpNodes {
  readonly nodes: readonly KubeObject[];
  readonly problems: readonly string[];
}

/** One node in this many gets the labels of a process that only some nodes run. */
const SPECIAL_SHARE = 6;

const CAPACITY = { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' };

/**
 * Makes up nodes that the plans select. Plans that can select the same nodes share all of them; plans that cannot divide the fleet. One
 * node in six also gets the labels that the selector of a process requires.
 */
export function madeUpNodes({ nodes, zones, plans }: MadeUpFleet): MadeUpNodes {
  const groups = compatible(plans);
  const digits = String(nodes).length;
  const made = Array.from({ length: nodes }, (_, index): KubeObject => {
    const name = `node-${String(index + 1).padStart(digits, '0')}`;
    const group = groups[index % groups.length] ?? [];
    return node(name, labelsOf(name, index, { group, groups: groups.length, zones }));
  });
  const problems = plans
    .filter(({ spec }) => labelsFor({}, [spec.nodeSelector]) === undefined)
    .map(
      ({ metadata }) =>
        `The nodeSelector of the UpgradePlan ${metadata.name} can select no node: its requirements contradict each other.`,
    );
  return { nodes: made, problems };
}

/** The plans in groups whose selectors can all be satisfied by one node. */
function compatible(plans: readonly UpgradePlan[]): readonly (readonly UpgradePlan[])[] {
  const groups: UpgradePlan[][] = [];
  for (const plan of plans) {
    const group = groups.find(
      (others) =>
        labelsFor(
          {},
          [...others, plan].map(({ spec }) => spec.nodeSelector),
        ) !== undefined,
    );
    if (group === undefined) groups.push([plan]);
    else group.push(plan);
  }
  return groups;
}

function labelsOf(
  name: string,
  index: number,
  { group, groups, zones }: { readonly group: readonly UpgradePlan[]; readonly groups: number; readonly zones: number },
): Labels {
  const base: Labels = {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': 'linux',
    'topology.kubernetes.io/region': 'region-1',
    'topology.kubernetes.io/zone': `zone-${zoneName(index % zones)}`,
    'node-role.kubernetes.io/worker': '',
  };
  // Selectors that the node satisfies one by one as long as they do not contradict those before.
  const needed: (NodeSelector | undefined)[] = group.map(({ spec }) => spec.nodeSelector);
  const special = Math.floor(index / groups) % SPECIAL_SHARE === SPECIAL_SHARE - 1;
  const wanted = [
    ...group.map(({ spec }) => spec.notify?.agent?.nodeSelector),
    ...(special ? group.flatMap(({ spec }) => spec.processes.map(({ nodeSelector }) => nodeSelector)) : []),
  ];
  for (const selector of wanted) {
    if (labelsFor(base, [...needed, selector]) !== undefined) needed.push(selector);
  }
  return labelsFor(base, needed) ?? base;
}

/** `a` to `z`, then `aa`. */
function zoneName(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26));
  return index < 26 ? letter : zoneName(Math.floor(index / 26) - 1) + letter;
}

function node(name: string, labels: Labels): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: {},
    status: {
      capacity: CAPACITY,
      allocatable: CAPACITY,
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        kernelVersion: '6.1.0-39-amd64',
        containerRuntimeVersion: 'containerd://2.1.4',
        kubeletVersion: 'v1.34.1',
        kubeProxyVersion: '',
        machineID: '',
        systemUUID: '',
        bootID: '',
      },
    },
  };
}

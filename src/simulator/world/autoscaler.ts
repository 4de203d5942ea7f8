import { ANNOTATIONS } from '../../api/names.ts';
import { asObject, asObjects } from '../../core/json.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { between, pick } from './chance.ts';
import { ClusterUser, isReady, type OutsiderPorts } from './cluster-user.ts';

/** How an autoscaler works. */
export interface AutoscalerOptions {
  /** The fewest and the most nodes that it leaves. */
  readonly least: number;
  readonly most: number;
}

const PERIOD_SECONDS = { least: 120, most: 600 };
const TAINT = { key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' };

/** Starts an autoscaler that removes and adds nodes now and then; the returned function stops it. It spares nodes that ask for it. */
export function startAutoscaler(ports: OutsiderPorts, options: AutoscalerOptions): () => void {
  const user = new ClusterUser(ports);
  function wait(): () => void {
    return ports.setTimer(between(ports.random, PERIOD_SECONDS.least, PERIOD_SECONDS.most) * 1000, scale);
  }
  let cancel = wait();
  function scale(): void {
    cancel = wait();
    const count = user.nodes().length;
    if (count > options.least && (count >= options.most || ports.random() < 0.5)) remove(user);
    else if (count < options.most) add(user);
  }
  return () => {
    cancel();
  };
}

/** Whether a Node may be removed: neither Karpenter's nor the cluster autoscaler's annotation keeps it. */
function mayGo({ metadata: { annotations = {} } }: KubeObject): boolean {
  return ANNOTATIONS_THAT_KEEP.every((key) => annotations[key] !== 'true');
}

const ANNOTATIONS_THAT_KEEP = [ANNOTATIONS.autoscalerScaleDownDisabled, ANNOTATIONS.karpenterDoNotDisrupt];

function remove(user: ClusterUser): void {
  const node = pick(
    user.ports.random,
    user.nodes().filter((each) => mayGo(each) && isReady(each)),
  );
  const { name = '', uid = '' } = node?.metadata ?? {};
  if (node === undefined) return;
  user.say(`the autoscaler removes ${name}`);
  user.patchNode(name, { spec: { taints: [...asObjects(asObject(node['spec'])['taints']), TAINT] } });
  user.later(between(user.ports.random, 30, 60) * 1000, () => {
    const current = user.node(name);
    if (current?.metadata.uid !== uid) return;
    user.ports.client.delete(`/api/v1/nodes/${name}`, { uid });
    user.ports.hosts.remove(name);
  });
}

function add(user: ClusterUser): void {
  const { hosts, random } = user.ports;
  const like = pick(random, hosts.all);
  if (like === undefined) return;
  const { providerID: _provider, systemUUID: _uuid, ...spec } = like.spec;
  const name = user.fresh('scaled');
  user.say(`the autoscaler adds ${name}`);
  hosts.add({ ...spec, name });
}

import { ACTION, configMap, DAEMON_SET, DEPLOYMENT, EVENT, JOB, LEASE, NODE, plan, pod } from './manifests.ts';

/** One command. They run in order, each after the one before it. */
export interface Command {
  readonly args: string;
  /** What kubectl reads with `-f -`. */
  readonly input?: string;
  /** The exit code; 0 unless said otherwise. */
  readonly code?: number;
}

const CONDITION = { type: 'Ready', status: 'True', reason: 'Done', message: 'm', lastTransitionTime: '2026-01-01T00:00:00Z' };
const STATUS = JSON.stringify({ status: { progress: '1/3', summary: 'Running', conditions: [CONDITION] } });

/** What people do with Baton's own resources. */
const PLANS: readonly Command[] = [
  { args: 'get uplan' },
  { args: 'apply -f -', input: plan() },
  { args: 'apply -f -', input: plan() },
  { args: 'apply -f -', input: plan({ paused: true }) },
  { args: 'apply -f -', input: plan({ pausd: true }), code: 1 },
  { args: 'apply -f -', input: plan({ batches: [] }), code: 1 },
  { args: 'patch uplan os --subresource=status --type=merge --patch=' + STATUS },
  { args: 'get uplan' },
  { args: 'get upgradeplans.baton.dev os -o wide' },
  { args: 'get uplan os -o yaml' },
  { args: 'get uplan os -o jsonpath={.spec.paused}' },
  { args: 'get uplan -A -o name' },
  { args: 'create -f -', input: EVENT },
  { args: 'describe uplan os' },
  { args: 'events --for upgradeplan/os' },
  { args: 'get events' },
  { args: 'get events -o wide' },
  { args: 'wait --for=condition=Ready uplan/os --timeout=20s' },
  { args: 'wait --for=jsonpath={.status.progress}=1/3 uplan/os --timeout=20s' },
  { args: 'wait --for=condition=Stalled uplan/os --timeout=1s', code: 1 },
  { args: 'create -f -', input: ACTION },
  { args: 'create -f -', input: ACTION, code: 1 },
  { args: 'get uact' },
  { args: 'get baton' },
  { args: 'explain uplan' },
  { args: 'explain uplan.spec.batches' },
  { args: 'explain uplan --recursive' },
  { args: 'explain uplan.nope', code: 1 },
  { args: 'api-resources --api-group=baton.dev -o wide' },
  { args: 'patch uplan os --type=json --patch=[{"op":"test","path":"/spec/paused","value":false}]', code: 1 },
  { args: 'patch uplan os --type=strategic --patch={}', code: 1 },
  { args: 'label uplan os team=a' },
  { args: 'get uplan -l team=a --show-labels' },
  { args: 'get uplan -l team=b' },
  { args: 'delete uact --all' },
  { args: 'delete uplan os' },
  { args: 'wait --for=delete uplan/os --timeout=5s' },
  { args: 'delete uplan os', code: 1 },
];

/** What people do with the kinds of Kubernetes that a rollout touches. */
const BUILTIN: readonly Command[] = [
  { args: 'apply -f -', input: configMap({ k: 'v', l: 'w' }) },
  { args: 'apply -f -', input: configMap({ k: 'v2' }) },
  { args: 'get cm settings -o yaml' },
  { args: 'describe cm settings' },
  { args: 'replace -f -', input: configMap({ k: 'v3' }) },
  { args: 'patch cm settings --patch={"data":{"m":"x"}}' },
  { args: 'patch cm settings --type=merge --patch={"data":{"m":null}}' },
  { args: 'patch cm settings --type=json --patch=[{"op":"add","path":"/data/n","value":"1"}]' },
  { args: 'get cm settings -o jsonpath={.data}' },
  { args: 'apply -f -', input: NODE },
  { args: 'apply -f -', input: pod('busybox') },
  { args: 'apply -f -', input: pod('nginx') },
  { args: 'get pods' },
  { args: 'get pod app -o yaml' },
  { args: 'get pods -o wide --field-selector spec.nodeName=node-1' },
  { args: 'get pods -l app=web -o jsonpath={.items[*].spec.containers[*].image}' },
  { args: 'get pods --field-selector spec.nope=1', code: 1 },
  { args: 'describe pod app' },
  { args: 'apply -f -', input: JOB },
  { args: 'apply -f -', input: DEPLOYMENT },
  { args: 'apply -f -', input: DAEMON_SET },
  { args: 'apply -f -', input: LEASE },
  { args: 'get jobs,deployments,daemonsets,leases' },
  { args: 'get all' },
  { args: 'describe job upgrade' },
  { args: 'describe deployment web' },
  { args: 'describe daemonset agent' },
  { args: 'scale deployment web --replicas=3' },
  { args: 'get deployment web -o jsonpath={.spec.replicas}' },
  { args: 'annotate node node-1 note=x' },
  { args: 'label node node-1 role=worker' },
  { args: 'label node node-1 role=other', code: 1 },
  { args: 'cordon node-1' },
  { args: 'cordon node-1' },
  { args: 'get nodes -o wide' },
  { args: 'describe node node-1' },
  { args: 'uncordon node-1' },
  { args: 'taint node node-1 k=v:NoSchedule' },
  { args: 'run second --image=busybox --restart=Never' },
  { args: 'set image pod/second second=nginx' },
  { args: 'delete pod second --force --grace-period=0' },
  { args: 'delete job upgrade' },
  { args: 'delete job upgrade --ignore-not-found' },
  { args: 'delete deployment web --cascade=orphan --wait=false' },
  { args: 'get nope', code: 1 },
  { args: 'get cm none', code: 1 },
  { args: 'describe ns demo' },
];

const MADE = 'cm secret sa job deployment role rolebinding quota pdb'.split(' ').map((kind) => `${kind}/made`);

/** Objects that kubectl makes itself; it sends them in protobuf. */
const CREATED: readonly Command[] = [
  { args: 'create namespace made' },
  { args: 'create configmap made --from-literal=a=b --from-literal=empty=' },
  { args: 'create configmap made --from-literal=a=b', code: 1 },
  { args: 'create secret generic made --from-literal=a=b' },
  { args: 'create serviceaccount made' },
  { args: 'create job made --image=busybox -- sh -c true' },
  { args: 'create deployment made --image=nginx --image=busybox --replicas=0 --port=80' },
  { args: 'create role made --verb=get,list --resource=pods,deployments.apps --resource-name=x' },
  { args: 'create rolebinding made --role=made --serviceaccount=demo:made --user=somebody' },
  { args: 'create clusterrole made --verb=get --non-resource-url=/healthz' },
  { args: 'create quota made --hard=pods=5,requests.cpu=500m' },
  { args: 'create pdb made --selector=app=web --min-available=50%' },
  { args: `get ${MADE.join(' ')} -o yaml` },
  { args: 'get clusterrole made -o yaml' },
  { args: 'get quota,pdb,deployments' },
];

export const COMMANDS: readonly Command[] = [...PLANS, ...BUILTIN, ...CREATED];

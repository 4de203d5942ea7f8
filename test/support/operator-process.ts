import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { SERVICE_ACCOUNTS } from '../../src/api/names.ts';
import { batonNamespace, bundlePath } from './installation.ts';
import type { Kubectl } from './kubectl.ts';

/** The user that the operator is for the API server, in its Pod as well as here. */
export const operatorUser = `system:serviceaccount:${batonNamespace}:${SERVICE_ACCOUNTS.operator}`;

/** The operator as a process of this machine, which can be killed and started again at once. */
export interface OperatorProcess {
  /** Ends it as a crash does. */
  kill(): Promise<void>;
  /** Ends it as Kubernetes does; fails when it does not end in order. */
  stop(): Promise<void>;
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly args?: readonly string[];
          readonly env?: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
}

interface KubeConfigFile {
  readonly clusters: readonly unknown[];
}

/** A kubeconfig with which a process is the operator's ServiceAccount: the admission policies know the operator by that. */
async function writeKubeconfig(cluster: Cluster, kubectl: Kubectl): Promise<string> {
  const token = (
    await kubectl.run(['create', 'token', SERVICE_ACCOUNTS.operator, '--namespace', batonNamespace, '--duration=2h'])
  ).trim();
  const admin = JSON.parse(await kubectl.run(['config', 'view', '--minify', '--raw', '--output=json'])) as KubeConfigFile & {
    readonly contexts: readonly { readonly context: { readonly cluster: string } }[];
  };
  const path = join(cluster.directory, 'operator.kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: admin.clusters,
    users: [{ name: 'operator', user: { token } }],
    contexts: [{ name: 'operator', context: { cluster: admin.contexts[0]?.context.cluster, user: 'operator' } }],
    'current-context': 'operator',
  };
  writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

/** Takes the operator's Pod out of the cluster, so that only processes of ours are the operator. */
export async function removeOperatorPod(kubectl: Kubectl): Promise<void> {
  await kubectl.run(['scale', 'deployment/baton-operator', '--namespace', batonNamespace, '--replicas=0']);
  const pods = ['pods', '--selector=app.kubernetes.io/component=operator', '--namespace', batonNamespace];
  await kubectl.run(['wait', '--for=delete', ...pods, '--timeout=60s']);
}

/** Puts the operator's Pod back. */
export async function restoreOperatorPod(kubectl: Kubectl): Promise<void> {
  await kubectl.run(['scale', 'deployment/baton-operator', '--namespace', batonNamespace, '--replicas=1']);
  await kubectl.run(['rollout', 'status', 'deployment/baton-operator', '--namespace', batonNamespace, '--timeout=120s']);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function kill(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function stop(child: ChildProcess, log: string): Promise<void> {
  if (!hasEnded(child)) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
  if (child.exitCode !== 0) throw new Error(`the operator ended with ${child.exitCode ?? child.signalCode}: see ${log}`);
}

/** Starts the operator with the arguments and the environment that the chart gives it; it logs into the cluster's logs. */
export async function startOperator(cluster: Cluster, kubectl: Kubectl): Promise<OperatorProcess> {
  const kubeconfig = await writeKubeconfig(cluster, kubectl);
  const deployment = await kubectl.get<Deployment>('deployment', 'baton-operator', batonNamespace);
  const container = deployment?.spec.template.spec.containers[0];
  if (container === undefined) throw new Error('the Deployment baton-operator is not there; install Baton first');
  const fixed = Object.fromEntries(
    (container.env ?? []).flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  );
  const path = join(cluster.directory, 'logs', 'operator-process.log');
  const log = openSync(path, 'a');
  const child = spawn(process.execPath, [bundlePath, ...(container.args ?? [])], {
    stdio: ['ignore', log, log],
    env: { PATH: process.env['PATH'], ...fixed, BATON_HEALTH_PORT: '0', BATON_KUBECONFIG: kubeconfig },
  });
  closeSync(log);
  await once(child, 'spawn');
  return { kill: () => kill(child), stop: () => stop(child, path) };
}

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createApiClient } from './api-client.ts';
import { certificatesDirectory, createCertificate, keyPair, writeKubeconfig } from './certificates.ts';
import { logTail, requireAlive, startDaemon } from './daemon.ts';
import { clusterDirectory } from './locations.ts';
import { enterArguments } from './machine.ts';
import { clusterAddresses, controlPlaneMachine, serviceAddress } from './network.ts';
import { readState, updateState } from './state.ts';
import type { BinaryName } from './versions.ts';
import { waitFor } from './wait-for.ts';

/** What the control plane needs to know to start a part of itself, again and again. */
export interface ControlPlane {
  readonly cluster: string;
  readonly server: string;
  readonly binaries: Readonly<Partial<Record<BinaryName, string>>>;
}

/** Where requests are logged, one JSON object a line. */
export function auditLogPath(cluster: string): string {
  return join(clusterDirectory(cluster), 'logs', 'audit.log');
}

/** The administrator's kubeconfig. */
export function kubeconfigPath(cluster: string): string {
  return join(clusterDirectory(cluster), 'kubeconfig');
}

/** A loopback port that is free now, below the range from which outgoing connections take theirs. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => {
        resolve(false);
      });
      probe.listen(port, '127.0.0.1', () =>
        probe.close(() => {
          resolve(true);
        }),
      );
    });
    if (free) return port;
  }
}

function isolated(cluster: string): boolean {
  return readState(cluster)?.block !== undefined;
}

function place(cluster: string): { entry?: readonly string[] } {
  return isolated(cluster) ? { entry: enterArguments(cluster, controlPlaneMachine) } : {};
}

/** Decides the ports, once in a cluster's life, and gives the API server's URL. */
export async function chooseServer(cluster: string): Promise<string> {
  if (isolated(cluster)) {
    const { controlPlane } = clusterAddresses(cluster);
    updateState(cluster, () => ({ apiPort: 443, etcdPort: 2379 }));
    return `https://${controlPlane}`;
  }
  const apiPort = await freePort();
  const etcdPort = await freePort();
  updateState(cluster, () => ({ apiPort, etcdPort }));
  return `https://127.0.0.1:${apiPort}`;
}

/** The API server's URL of a cluster that was started before. */
export function serverOf(cluster: string): string {
  const port = readState(cluster)?.apiPort;
  if (port === undefined) throw new Error(`the cluster ${cluster} was never started completely`);
  return isolated(cluster) ? `https://${clusterAddresses(cluster).controlPlane}` : `https://127.0.0.1:${port}`;
}

/** Makes the certificates and kubeconfigs of the control plane, and the audit policy. */
export async function prepareControlPlane({ cluster, server }: ControlPlane): Promise<void> {
  const directory = clusterDirectory(cluster);
  const address = isolated(cluster) ? [`IP:${clusterAddresses(cluster).controlPlane}`] : [];
  const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'].map((name) => `DNS:${name}`);
  const masters = 'system:masters';
  const [, , admin, controllerManager, scheduler, kwok] = await Promise.all([
    createCertificate(cluster, {
      name: 'apiserver',
      user: 'kube-apiserver',
      alternativeNames: [...names, 'IP:127.0.0.1', `IP:${serviceAddress}`, ...address],
    }),
    createCertificate(cluster, { name: 'kubelet-client', user: 'kube-apiserver', group: masters }),
    createCertificate(cluster, { name: 'admin', user: 'kubernetes-admin', group: masters }),
    createCertificate(cluster, { name: 'controller-manager', user: 'system:kube-controller-manager' }),
    createCertificate(cluster, { name: 'scheduler', user: 'system:kube-scheduler' }),
    createCertificate(cluster, { name: 'kwok', user: 'kwok', group: masters }),
  ]);
  writeKubeconfig(cluster, kubeconfigPath(cluster), server, admin);
  writeKubeconfig(cluster, join(directory, 'controller-manager.kubeconfig'), server, controllerManager);
  writeKubeconfig(cluster, join(directory, 'scheduler.kubeconfig'), server, scheduler);
  writeKubeconfig(cluster, join(directory, 'kwok.kubeconfig'), server, kwok);
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived', 'ResponseStarted'],
    rules: [{ level: 'Metadata' }],
  };
  writeFileSync(join(directory, 'audit-policy.json'), JSON.stringify(policy));
}

function binary(plane: ControlPlane, name: BinaryName): string {
  const path = plane.binaries[name];
  if (path === undefined) throw new Error(`${name} was not prepared for cluster ${plane.cluster}`);
  return path;
}

function etcdUrl(cluster: string): string {
  return `http://127.0.0.1:${readState(cluster)?.etcdPort}`;
}

/** Starts etcd, or starts it again with the data it had. */
export async function startEtcd(plane: ControlPlane): Promise<void> {
  const url = etcdUrl(plane.cluster);
  await startDaemon({
    cluster: plane.cluster,
    role: 'etcd',
    command: binary(plane, 'etcd'),
    args: [
      `--data-dir=${join(clusterDirectory(plane.cluster), 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      '--listen-peer-urls=http://127.0.0.1:0',
      // The data need not survive a power cut of this machine, and syncing it is most of etcd's time.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    ...place(plane.cluster),
  });
}

/** Starts the API server, or starts it again, and waits until it is ready. */
export async function startApiServer(plane: ControlPlane): Promise<void> {
  const { cluster } = plane;
  const directory = clusterDirectory(cluster);
  const own = isolated(cluster);
  const server = keyPair(cluster, 'apiserver');
  const kubelet = keyPair(cluster, 'kubelet-client');
  const tokens = join(certificatesDirectory(cluster), 'service-accounts');
  const withControllers = readState(cluster)?.shape.controllers === true;
  await startDaemon({
    cluster,
    role: 'kube-apiserver',
    command: binary(plane, 'kube-apiserver'),
    args: [
      `--etcd-servers=${etcdUrl(cluster)}`,
      `--bind-address=${own ? '0.0.0.0' : '127.0.0.1'}`,
      `--secure-port=${readState(cluster)?.apiPort}`,
      ...(own
        ? [`--advertise-address=${clusterAddresses(cluster).controlPlane}`]
        : ['--advertise-address=127.0.0.1', '--endpoint-reconciler-type=none']),
      `--service-cluster-ip-range=${serviceAddress.replace(/\.1$/, '.0')}/16`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      // Without the controller that makes service accounts no Pod could be created, not even in a dry run.
      ...(withControllers ? [] : ['--disable-admission-plugins=ServiceAccount']),
      '--allow-privileged=true',
      `--client-ca-file=${keyPair(cluster, 'ca').certificate}`,
      `--tls-cert-file=${server.certificate}`,
      `--tls-private-key-file=${server.key}`,
      `--kubelet-client-certificate=${kubelet.certificate}`,
      `--kubelet-client-key=${kubelet.key}`,
      '--kubelet-preferred-address-types=InternalIP',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${tokens}.pub`,
      `--service-account-signing-key-file=${tokens}.key`,
      `--audit-policy-file=${join(directory, 'audit-policy.json')}`,
      `--audit-log-path=${auditLogPath(cluster)}`,
      '--audit-log-maxsize=2000',
      '--max-requests-inflight=1000',
      '--max-mutating-requests-inflight=500',
    ],
    ...place(cluster),
  });
  const client = createApiClient(cluster, plane.server);
  try {
    await waitFor(
      async () => {
        requireAlive(cluster, 'kube-apiserver');
        try {
          return (await client.call('GET', '/readyz')).status === 200;
        } catch {
          // It does not listen yet; the wait has an end.
          return false;
        }
      },
      { what: 'the API server to be ready', timeoutMs: 90_000, explain: () => logTail(cluster, 'kube-apiserver') },
    );
  } finally {
    client.close();
  }
}

/** Starts the controller manager and the scheduler. */
export async function startControllers(plane: ControlPlane): Promise<void> {
  const { cluster } = plane;
  const directory = clusterDirectory(cluster);
  // The default limits (20 requests a second) would make the Job controller the slowest part of every test.
  const common = ['--leader-elect=false', '--secure-port=0', '--kube-api-qps=500', '--kube-api-burst=1000'];
  const grace = readState(cluster)?.shape.nodeMonitorGracePeriodSeconds;
  await startDaemon({
    cluster,
    role: 'kube-controller-manager',
    command: binary(plane, 'kube-controller-manager'),
    args: [
      `--kubeconfig=${join(directory, 'controller-manager.kubeconfig')}`,
      ...common,
      `--root-ca-file=${keyPair(cluster, 'ca').certificate}`,
      `--service-account-private-key-file=${join(certificatesDirectory(cluster), 'service-accounts.key')}`,
      '--use-service-account-credentials=true',
      '--concurrent-job-syncs=50',
      `--node-monitor-grace-period=${grace}s`,
      '--node-monitor-period=1s',
    ],
    ...place(cluster),
  });
  await startDaemon({
    cluster,
    role: 'kube-scheduler',
    command: binary(plane, 'kube-scheduler'),
    args: [`--kubeconfig=${join(directory, 'scheduler.kubeconfig')}`, ...common],
    ...place(cluster),
  });
}

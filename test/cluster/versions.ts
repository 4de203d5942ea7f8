/** The versions that the test cluster runs; a new one needs a new go.mod under tools/ as well. */
export const versions = {
  kubernetes: '1.37.2',
  etcd: '3.7.0',
  containerd: '2.4.2',
  kwok: '0.8.0',
  helm: '4.3.1',
  alertmanager: '0.31.1',
} as const;

/** A program that is built from source, named as its executable is. */
export type BinaryName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'containerd'
  | 'containerd-shim-runc-v2'
  | 'ctr'
  | 'kubelet'
  | 'kwok'
  | 'helm'
  | 'kubectl'
  | 'alertmanager';

/** How one program is built and recognised. */
export interface BinarySource {
  readonly version: string;
  /** The folder under tools/ whose go.mod pins it. */
  readonly module: string;
  readonly package: string;
  readonly ldflags: string;
  readonly tags?: string;
  /** Seconds that a first build took on two cores, for the progress lines. */
  readonly expectedSeconds: number;
  /** Arguments that make an installed program print its version. */
  readonly versionArguments: readonly string[];
}

const [kubernetesMajor, kubernetesMinor] = versions.kubernetes.split('.');
// Without these the server calls itself v0.0.0, and clients that compare versions misbehave.
const kubernetesLdflags = [
  `-X k8s.io/component-base/version.gitVersion=v${versions.kubernetes}`,
  `-X k8s.io/component-base/version.gitMajor=${kubernetesMajor}`,
  `-X k8s.io/component-base/version.gitMinor=${kubernetesMinor}`,
].join(' ');

function kubernetes(command: string, expectedSeconds: number): BinarySource {
  return {
    version: versions.kubernetes,
    module: 'kubernetes',
    package: `k8s.io/kubernetes/cmd/${command}`,
    ldflags: kubernetesLdflags,
    expectedSeconds,
    versionArguments: command === 'kubectl' ? ['version', '--client'] : ['--version'],
  };
}

function containerd(command: string, expectedSeconds: number): BinarySource {
  return {
    version: versions.containerd,
    module: 'containerd',
    package: `github.com/containerd/containerd/v2/cmd/${command}`,
    ldflags: `-X github.com/containerd/containerd/v2/version.Version=v${versions.containerd}`,
    tags: 'no_btrfs,no_zfs,no_devmapper',
    expectedSeconds,
    versionArguments: command === 'containerd-shim-runc-v2' ? ['-v'] : ['--version'],
  };
}

/** Every program, in the order in which a complete first build makes them. */
export const binarySources: Readonly<Record<BinaryName, BinarySource>> = {
  etcd: {
    version: versions.etcd,
    module: 'kubernetes',
    package: 'go.etcd.io/etcd/server/v3',
    ldflags: '',
    expectedSeconds: 45,
    versionArguments: ['--version'],
  },
  'kube-apiserver': kubernetes('kube-apiserver', 550),
  'kube-controller-manager': kubernetes('kube-controller-manager', 175),
  'kube-scheduler': kubernetes('kube-scheduler', 15),
  containerd: containerd('containerd', 120),
  'containerd-shim-runc-v2': containerd('containerd-shim-runc-v2', 10),
  ctr: containerd('ctr', 10),
  kubelet: kubernetes('kubelet', 60),
  kubectl: kubernetes('kubectl', 40),
  kwok: {
    version: versions.kwok,
    module: 'kwok',
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    ldflags: `-X sigs.k8s.io/kwok/pkg/consts.Version=v${versions.kwok}`,
    expectedSeconds: 130,
    versionArguments: ['--version'],
  },
  helm: {
    version: versions.helm,
    module: 'helm',
    package: 'helm.sh/helm/v4/cmd/helm',
    ldflags: `-X helm.sh/helm/v4/internal/version.version=v${versions.helm}`,
    expectedSeconds: 220,
    versionArguments: ['version', '--short'],
  },
  alertmanager: {
    version: versions.alertmanager,
    module: 'alertmanager',
    package: 'github.com/prometheus/alertmanager/cmd/alertmanager',
    ldflags: `-X github.com/prometheus/common/version.Version=${versions.alertmanager}`,
    expectedSeconds: 170,
    versionArguments: ['--version'],
  },
};

/** All names, in build order. */
export const binaryNames = Object.keys(binarySources) as readonly BinaryName[];

/** Those that a cluster and Baton in it need; the rest is for single tests. */
export const clusterBinaryNames = binaryNames.filter((name) => name !== 'alertmanager');

/** True for a name in the table above. */
export function isBinaryName(name: string): name is BinaryName {
  return Object.hasOwn(binarySources, name);
}

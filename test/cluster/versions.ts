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

/** A folder under tools/ whose go.mod pins the programs that are built in it. */
export type ModuleName = 'kubernetes' | 'containerd' | 'kwok' | 'helm' | 'alertmanager';

/** How the programs of a module are built. One command builds them all, so they share their flags. */
export interface GoModule {
  /** The linker ignores a variable that a program does not have. */
  readonly ldflags: string;
  readonly tags?: string;
}

/** How one program is built and recognised. */
export interface BinarySource {
  readonly version: string;
  readonly module: ModuleName;
  readonly package: string;
  /** Seconds that the program adds to the first build of its module on two cores, for the progress lines. */
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

/** Every module. */
export const goModules: Readonly<Record<ModuleName, GoModule>> = {
  kubernetes: { ldflags: kubernetesLdflags },
  containerd: {
    ldflags: `-X github.com/containerd/containerd/v2/version.Version=v${versions.containerd}`,
    tags: 'no_btrfs,no_zfs,no_devmapper',
  },
  kwok: { ldflags: `-X sigs.k8s.io/kwok/pkg/consts.Version=v${versions.kwok}` },
  helm: { ldflags: `-X helm.sh/helm/v4/internal/version.version=v${versions.helm}` },
  alertmanager: { ldflags: `-X github.com/prometheus/common/version.Version=${versions.alertmanager}` },
};

function kubernetes(command: string, expectedSeconds: number): BinarySource {
  return {
    version: versions.kubernetes,
    module: 'kubernetes',
    package: `k8s.io/kubernetes/cmd/${command}`,
    expectedSeconds,
    versionArguments: command === 'kubectl' ? ['version', '--client'] : ['--version'],
  };
}

function containerd(command: string, expectedSeconds: number): BinarySource {
  return {
    version: versions.containerd,
    module: 'containerd',
    package: `github.com/containerd/containerd/v2/cmd/${command}`,
    expectedSeconds,
    versionArguments: command === 'containerd-shim-runc-v2' ? ['-v'] : ['--version'],
  };
}

/** Every program. Modules are built in the order in which their first program stands here. */
export const binarySources: Readonly<Record<BinaryName, BinarySource>> = {
  etcd: {
    version: versions.etcd,
    module: 'kubernetes',
    package: 'go.etcd.io/etcd/server/v3',
    expectedSeconds: 30,
    versionArguments: ['--version'],
  },
  'kube-apiserver': kubernetes('kube-apiserver', 350),
  'kube-controller-manager': kubernetes('kube-controller-manager', 90),
  'kube-scheduler': kubernetes('kube-scheduler', 15),
  containerd: containerd('containerd', 120),
  'containerd-shim-runc-v2': containerd('containerd-shim-runc-v2', 10),
  ctr: containerd('ctr', 10),
  kubelet: kubernetes('kubelet', 45),
  kubectl: kubernetes('kubectl', 30),
  kwok: {
    version: versions.kwok,
    module: 'kwok',
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    expectedSeconds: 130,
    versionArguments: ['--version'],
  },
  helm: {
    version: versions.helm,
    module: 'helm',
    package: 'helm.sh/helm/v4/cmd/helm',
    expectedSeconds: 220,
    versionArguments: ['version', '--short'],
  },
  alertmanager: {
    version: versions.alertmanager,
    module: 'alertmanager',
    package: 'github.com/prometheus/alertmanager/cmd/alertmanager',
    expectedSeconds: 170,
    versionArguments: ['--version'],
  },
};

/** All names, in the order of the table. */
export const binaryNames = Object.keys(binarySources) as readonly BinaryName[];

/** Those that a cluster and Baton in it need; the rest is for single tests. */
export const clusterBinaryNames = binaryNames.filter((name) => name !== 'alertmanager');

/** True for a name in the table above. */
export function isBinaryName(name: string): name is BinaryName {
  return Object.hasOwn(binarySources, name);
}

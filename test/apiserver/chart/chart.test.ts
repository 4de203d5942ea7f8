import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { renderManifests } from '../../../src/generate/manifests.ts';
import { ensureBinaries } from '../../cluster/cluster.ts';
import { runCommand, type CommandResult } from '../../cluster/run-command.ts';

// Programs are started, and the machine may be busy.
jest.setTimeout(60_000);

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A rendered object, as far as these tests look into it. */
interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly rules?: readonly Rule[];
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
}

interface PodSpec {
  readonly securityContext: object;
  readonly containers: readonly Container[];
}

interface Container {
  readonly securityContext: object;
  readonly image: string;
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

let helmPath: string;
let kubectlPath: string;

beforeAll(async () => {
  const binaries = await ensureBinaries(['helm', 'kubectl']);
  helmPath = binaries.helm;
  kubectlPath = binaries.kubectl;
}, 900_000);

function template(...values: readonly string[]): Promise<CommandResult> {
  const set = values.flatMap((value) => ['--set', value]);
  return runCommand(helmPath, ['template', 'baton', join(ROOT, 'charts/baton'), '--namespace', 'baton-system', ...set]);
}

async function render(...values: readonly string[]): Promise<readonly Rendered[]> {
  const { code, stdout, stderr } = await template(...values);
  if (code !== 0) throw new Error(stderr);
  return objects(stdout);
}

async function kustomize(folder: string): Promise<readonly Rendered[]> {
  const { code, stdout, stderr } = await runCommand(kubectlPath, ['kustomize', join(ROOT, folder)]);
  if (code !== 0) throw new Error(stderr);
  return objects(stdout);
}

function objects(text: string): readonly Rendered[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}

function byName(list: readonly Rendered[]): ReadonlyMap<string, Rendered> {
  return new Map(
    list
      .map((object): [string, Rendered] => [`${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, object])
      .sort(),
  );
}

describe('deploy/ and the chart', () => {
  it.each([
    ['deploy', 'Never'],
    ['deploy/kubernetes-1.36', 'Always'],
  ])('install the same objects: %s, stampRequestedBy %s', async (folder, stamp) => {
    const fromChart = await render('crds.keep=false', `policies.stampRequestedBy=${stamp}`);
    const fromDeploy = await kustomize(folder);
    // The operator's namespace is the release's with Helm.
    const installed = fromDeploy.filter(({ kind, metadata }) => !(kind === 'Namespace' && metadata.name === 'baton-system'));
    expect(installed).toHaveLength(fromDeploy.length - 1);
    expect(byName(installed)).toEqual(byName(fromChart));
  });

  it('are in step: `npm run generate` with helm would change nothing', () => {
    for (const [path, text] of renderManifests(helmPath, ROOT))
      expect([path, readFileSync(join(ROOT, path), 'utf8')]).toEqual([path, text]);
  });
});

describe('the chart', () => {
  it.each([
    ['image.pullPolicy=Sometimes', 'image/pullPolicy'],
    ['image.digest=sha256:1', 'image/digest'],
    ['reporter.beatSeconds=0', 'reporter/beatSeconds'],
    ['operator.replicas=2', 'replicas'],
    ['policies.stampRequestedBy=true', 'policies/stampRequestedBy'],
    ['agent.sinkAllow={a b}', 'agent/sinkAllow'],
  ])('refuses %s and names %s', async (value, where) => {
    const { code, stderr } = await template(value);
    expect(code).not.toBe(0);
    expect(stderr).toContain(where);
  });

  it('keeps the CRDs when the release is removed, unless told otherwise', async () => {
    const kept = async (...values: readonly string[]): Promise<readonly boolean[]> =>
      (await render(...values))
        .filter(({ kind }) => kind === 'CustomResourceDefinition')
        .map((crd) => JSON.stringify(crd.metadata).includes('"helm.sh/resource-policy":"keep"'));
    expect(await kept()).toEqual([true, true, true]);
    expect(await kept('crds.keep=false')).toEqual([false, false, false]);
    expect(await kept('crds.install=false')).toEqual([]);
  });

  it('stamps UpgradeActions only where the API server can, with Auto', async () => {
    const kinds = async (...args: readonly string[]): Promise<readonly string[]> => {
      const path = join(ROOT, 'charts/baton');
      const { stdout } = await runCommand(helmPath, ['template', 'baton', path, ...args]);
      return objects(stdout).map(({ kind }) => kind);
    };
    expect(await kinds()).not.toContain('MutatingAdmissionPolicy');
    expect(await kinds('--api-versions', 'admissionregistration.k8s.io/v1/MutatingAdmissionPolicy')).toContain(
      'MutatingAdmissionPolicy',
    );
  });

  it('gives the operator the image that agents shall run, digest included', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const rendered = await render('image.repository=registry.example/baton', 'image.tag=v7', `image.digest=${digest}`);
    const container = containerOf(rendered, 'Deployment');
    expect(container.image).toBe(`registry.example/baton:v7@${digest}`);
    expect(container.env).toContainEqual({ name: 'BATON_IMAGE', value: container.image });
  });

  it('installs nothing of the reporter when it is off, and tells the operator', async () => {
    const rendered = await render('reporter.enabled=false');
    expect(rendered.filter(({ metadata }) => metadata.name === 'baton-reporter')).toEqual([]);
    expect(containerOf(rendered, 'Deployment').env).toContainEqual({ name: 'BATON_REPORTER_NAMESPACE', value: '' });
  });
});

describe('rights', () => {
  let roles: readonly Rendered[];
  beforeAll(async () => {
    roles = (await render()).filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role');
  });

  it('no role of Baton has a verb on Secrets, or on everything', () => {
    expect(roles.length).toBeGreaterThan(5);
    for (const { metadata, rules = [] } of roles) {
      const everything = rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
      expect([metadata.name, everything.filter((word) => word === '*' || word.startsWith('secrets'))]).toEqual([
        metadata.name,
        [],
      ]);
    }
  });

  it('the operator may bind the role of agents and no other', () => {
    const binding = roles
      .flatMap(({ rules = [] }) => rules)
      .filter(({ verbs }) => verbs.includes('bind') || verbs.includes('escalate'));
    expect(binding).toEqual([
      { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], resourceNames: ['baton-agent'], verbs: ['bind'] },
    ]);
  });

  it('the verb `upgrade` on nodes and on DaemonSets is in no aggregated role', () => {
    const granting = roles.filter(({ rules = [] }) => rules.some(({ verbs }) => verbs.includes('upgrade')));
    expect(granting.map(({ metadata }) => metadata.name)).toEqual(['baton-upgrade-daemonsets', 'baton-upgrade-nodes']);
    expect(JSON.stringify(granting)).not.toContain('aggregate-to');
  });

  it('the operator runs under Pod Security restricted; the reporter is root without capabilities', async () => {
    const rendered = await render();
    const container = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
    const seccompProfile = { type: 'RuntimeDefault' };
    expect(podOf(rendered, 'Deployment').securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532, seccompProfile });
    expect(containerOf(rendered, 'Deployment').securityContext).toMatchObject(container);
    expect(podOf(rendered, 'DaemonSet').securityContext).toMatchObject({ seccompProfile });
    expect(containerOf(rendered, 'DaemonSet').securityContext).toEqual({ ...container, runAsUser: 0, runAsGroup: 0 });
  });
});

function podOf(rendered: readonly Rendered[], kind: string): PodSpec {
  const pod = rendered.find((object) => object.kind === kind)?.spec?.template?.spec;
  if (pod === undefined) throw new Error(`The chart renders no ${kind}.`);
  return pod;
}

function containerOf(rendered: readonly Rendered[], kind: string): Container {
  const [container] = podOf(rendered, kind).containers;
  if (container === undefined) throw new Error(`The ${kind} has no container.`);
  return container;
}

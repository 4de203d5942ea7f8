import type { Sink, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { asObject, type Json } from '../../core/json.ts';
import { kindOf } from '../../core/sinks/sink-kinds.ts';
import { sinkSecrets } from '../../core/sinks/sink-secrets.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { templateReferences } from './template-references.ts';

/** Objects that plans refer to and that are in no file, and a sentence about those that were made up. */
export interface MadeUpObjects {
  readonly objects: readonly KubeObject[];
  readonly notes: readonly string[];
}

const DEFAULT_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/**
 * Makes up what the plans need from their cluster: namespaces, Secrets, and the ConfigMaps, ServiceAccounts and DaemonSets of processes.
 *
 * @param given the objects of the user's files.
 */
export function madeUpObjects(plans: readonly UpgradePlan[], given: readonly KubeObject[]): MadeUpObjects {
  const made = new Map<string, KubeObject>();
  const present = new Set(given.map(identity));
  const add = (object: KubeObject): void => {
    const key = identity(object);
    if (present.has(key)) return;
    const before = made.get(key);
    const data = { ...asObject(before?.['stringData']), ...asObject(object['stringData']) };
    made.set(key, before === undefined ? object : { ...before, ...('stringData' in object ? { stringData: data } : {}) });
  };
  for (const { metadata } of given) addNamespace(metadata.namespace, add);
  for (const plan of plans) {
    addNamespace(plan.metadata.namespace, add);
    for (const sink of plan.spec.notify?.sinks ?? []) addSecrets(sink, plan.metadata.namespace, add);
    for (const process of plan.spec.processes) {
      const { namespace } = plan.metadata;
      for (const template of [process.job?.template, process.job?.rollback?.template]) addReferences(template, namespace, add);
      if (process.daemonSet !== undefined) addDaemonSet(process.daemonSet, add);
    }
    for (const { job } of plan.spec.gates ?? []) addReferences(job?.template, plan.metadata.namespace, add);
  }
  return { objects: [...made.values()], notes: notesOn([...made.values()]) };
}

/** The namespaces of objects, which the user's files seldom contain. */
export function namespacesOf(objects: readonly KubeObject[]): readonly KubeObject[] {
  const names = new Set<string>();
  for (const { metadata } of objects) addNamespace(metadata.namespace, ({ metadata: { name = '' } }) => names.add(name));
  return [...names].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}

type Add = (object: KubeObject) => void;

function identity({ kind = '', metadata: { namespace, name = '' } }: KubeObject): string {
  return kind === 'Namespace' ? `${kind}/${name}` : `${kind}/${namespace ?? 'default'}/${name}`;
}

function addNamespace(name: string | undefined, add: Add): void {
  if (name === undefined || DEFAULT_NAMESPACES.includes(name)) return;
  add({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

function addSecrets(sink: Sink, namespace: string, add: Add): void {
  for (const { name, key } of sinkSecrets(sink)) {
    const value = secretValue(sink, name, key);
    add({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace },
      stringData: value === undefined ? {} : { [key]: value },
    });
  }
}

/** A value that the sink accepts; undefined for an optional key, and for certificates, which cannot be made up. */
function secretValue(sink: Sink, name: string, key: string): string | undefined {
  const found = kindOf(sink);
  if (found?.kind === 'email') return key === 'host' ? `smtp.${sink.name}.example` : undefined;
  const fields = Object.entries({ ...sink.connection, ...asObject(found?.spec) });
  const [field = ''] = fields.find(([, value]) => asObject(value)['name'] === name && asObject(value)['key'] === key) ?? [];
  if (field === '') return undefined;
  return /url/i.test(field) ? `https://${sink.name}.example/made-up` : `made-up-for-${sink.name}`;
}

function addReferences(template: Json | undefined, namespace: string, add: Add): void {
  for (const { kind, name, keys } of templateReferences(template)) {
    const data = Object.fromEntries(keys.map((key) => [key, 'made-up']));
    const content: Readonly<Record<typeof kind, Json>> = {
      Secret: { stringData: data },
      ConfigMap: { data },
      ServiceAccount: {},
    };
    add({ apiVersion: 'v1', kind, metadata: { name, namespace }, ...content[kind] });
  }
}

function addDaemonSet({ namespace, name }: { readonly namespace: string; readonly name: string }, add: Add): void {
  addNamespace(namespace, add);
  const labels = { app: name };
  add({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { namespace, name },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'OnDelete' },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name, image: `registry.example/${name}:2` }],
          tolerations: [{ operator: 'Exists' }],
        },
      },
    },
  });
}

const REMARKS: Readonly<Record<string, string>> = {
  Secret: 'The values are invented; nothing is sent to a real receiver.',
  DaemonSet: 'Its updateStrategy is OnDelete.',
};

function notesOn(objects: readonly KubeObject[]): readonly string[] {
  return objects
    .filter(({ kind }) => kind !== 'Namespace')
    .map(({ kind = '', metadata: { namespace, name = '' } }) => {
      const remark = REMARKS[kind];
      return `Made up: ${kind} ${namespace ?? 'default'}/${name}.${remark === undefined ? '' : ` ${remark}`}`;
    });
}

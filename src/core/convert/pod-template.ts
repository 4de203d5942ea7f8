import type { Json } from '../json.ts';
import { presentFields } from '../present-fields.ts';
import type { Note } from './note.ts';
import type { SucContainer, SucPlan, SucSecret } from './suc-plan.ts';

/** Path of the template in the converted plan. */
const TEMPLATE = ['spec', 'processes', 0, 'job', 'template'] as const;

const SECRETS = '/run/system-upgrade/secrets';

/** The template of the Job, and comments on it. */
export interface TemplateConversion {
  readonly template: Json;
  readonly notes: readonly Note[];
}

interface Mount {
  readonly volume: Json;
  readonly mount: Json;
}

/** Builds the Pod template without the parts that `compatibility` adds. `prepare`: whether to keep that container. */
export function convertTemplate(plan: SucPlan, prepare: boolean): TemplateConversion {
  const secrets = plan.secrets.map((secret, index) => secretMount(secret, index));
  const containers = [...(prepare && plan.prepare !== undefined ? [plan.prepare] : []), plan.upgrade];
  const hostPaths = new Map(
    containers.flatMap((container) => container.volumes.map(({ name, source }) => [name, { name, hostPath: { path: source } }])),
  );
  const volumes = [...secrets.map(({ volume }) => volume), ...hostPaths.values()];
  const mounts = secrets.map(({ mount }) => mount);
  const labels = withoutForeignKeys(plan.labels);
  const annotations = withoutForeignKeys(plan.annotations);
  const metadata = presentFields({
    labels: Object.keys(labels).length === 0 ? undefined : labels,
    annotations: Object.keys(annotations).length === 0 ? undefined : annotations,
  });
  const template = presentFields({
    metadata: Object.keys(metadata).length === 0 ? undefined : metadata,
    spec: presentFields({
      restartPolicy: 'Never',
      serviceAccountName: filled(plan.serviceAccountName),
      priorityClassName: filled(plan.priorityClassName),
      imagePullSecrets: plan.imagePullSecrets.length === 0 ? undefined : plan.imagePullSecrets,
      tolerations: plan.tolerations.length === 0 ? undefined : plan.tolerations,
      volumes: volumes.length === 0 ? undefined : volumes,
      initContainers: prepare && plan.prepare !== undefined ? [container('prepare', plan.prepare, mounts)] : undefined,
      containers: [container('upgrade', plan.upgrade, mounts)],
    }),
  });
  return { template, notes: notesOf(plan, prepare) };
}

function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** The labels or annotations that system-upgrade-controller passes on to its Jobs: all but its own and kubectl's. */
export function withoutForeignKeys(marks: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const foreign = /(^|\.)cattle\.io\/|^kubectl\.kubernetes\.io\//;
  return Object.fromEntries(Object.entries(marks).filter(([key]) => !foreign.test(key)));
}

function secretMount({ name, path = '', ignoreUpdates, defaultMode }: SucSecret, index: number): Mount {
  // The name of a volume is a DNS label: no dots, at most 63 characters.
  const volume = `secret-${index}-${name.replaceAll('.', '-')}`.slice(0, 63).replace(/-+$/, '');
  const mountPath = path.startsWith('/') ? path : `${SECRETS}/${path === '' ? name : path}`;
  return {
    volume: {
      name: volume,
      secret: presentFields({ secretName: name, defaultMode, optional: ignoreUpdates ? true : undefined }),
    },
    mount: { name: volume, mountPath, readOnly: true },
  };
}

function container(name: string, spec: SucContainer, mounts: readonly Json[]): Json {
  const volumeMounts = [...mounts, ...spec.volumes.map((volume) => ({ name: volume.name, mountPath: volume.destination }))];
  return presentFields({
    name,
    image: spec.image,
    command: spec.command,
    args: spec.args,
    env: spec.envs,
    envFrom: spec.envFrom,
    securityContext: spec.securityContext,
    volumeMounts: volumeMounts.length === 0 ? undefined : volumeMounts,
  });
}

function notesOf(plan: SucPlan, prepare: boolean): readonly Note[] {
  const notes: Note[] = [];
  const note = (text: string, ...path: (string | number)[]): void => {
    notes.push({ path: [...TEMPLATE, ...path], text });
  };
  const changing = plan.secrets.filter((secret) => !secret.ignoreUpdates).map((secret) => secret.name);
  if (changing.length > 0) {
    const names = changing.join(', ');
    note(
      `A change of the Secret ${names} does not upgrade nodes again here: change the version or this template.`,
      'spec',
      'volumes',
    );
  }
  if (filled(plan.serviceAccountName) !== undefined) {
    const text = 'Baton itself cordons, drains and labels nodes: this account needs only the permissions that the image uses.';
    note(text, 'spec', 'serviceAccountName');
  }
  if (prepare && plan.prepare !== undefined) {
    const text =
      'prepare ran before cordon and drain. Here it runs after them: replace a container that only waits with dependsOn or gates.';
    note(text, 'spec', 'initContainers');
  }
  return notes;
}

import { asNumber, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ResourceType } from '../../api-server/resources/resource-type.ts';
import type { ClusterClient } from '../cluster-client.ts';
import type { ControllerPorts } from '../state/controller-ports.ts';
import { DelayedKeys } from '../state/delayed-keys.ts';
import type { Change } from '../state/object-cache.ts';
import { conditionsOf, hasEnded, instantOf, isDeleting, specOf, statusOf, withCondition } from '../state/objects.ts';

/** kube-controller-manager waits this long (ms) before it looks at a namespace. */
const GRACE_MS = 5000;
/** What it assumes that finalizers need (s). */
const FINALIZERS_S = 15;

const FINALIZER = 'kubernetes';

/** Deletes what is in a namespace that is being deleted, and then lets it go. */
export function startNamespaceController(client: ClusterClient, ports: ControllerPorts): () => void {
  const { state, now } = ports;
  const contents = state.types
    .filter(({ namespaced, kind }) => namespaced && kind !== 'Event')
    .map((type) => {
      const cache = state.of(type);
      return { type, cache, inNamespace: cache.index(({ metadata }) => [metadata.namespace ?? '']) };
    });
  const later = new DelayedKeys(ports, sync);

  function onNamespace({ type, object: { metadata } }: Change): void {
    if (type !== 'DELETED') later.add(metadata.name ?? '', GRACE_MS);
  }

  function sync(name: string): void {
    const namespace = state.namespaces.get(name);
    const { finalizers } = specOf(namespace ?? { metadata: {} });
    if (namespace === undefined || !isDeleting(namespace) || !Array.isArray(finalizers) || !finalizers.includes(FINALIZER))
      return;
    const graceS = graceOf(namespace);
    for (const { cache, inNamespace } of contents) if (inNamespace.has(name)) client.delete(cache.pathIn(name));
    client.delete(`/api/v1/namespaces/${name}/events`);
    const remaining = contents.flatMap(({ type, inNamespace }) => inNamespace.get(name).map((object) => ({ type, object })));
    writeConditions(namespace, remaining);
    if (remaining.length === 0) {
      const current = client.get(`/api/v1/namespaces/${name}`);
      const spec = { finalizers: finalizers.filter((each) => each !== FINALIZER) };
      if (current !== undefined) client.replace(`/api/v1/namespaces/${name}/finalize`, { ...current, spec });
      return;
    }
    const finalizing = remaining.some(({ object }) => (object.metadata.finalizers ?? []).length > 0);
    const seconds = Math.max(graceS, finalizing ? FINALIZERS_S : 0);
    later.add(name, (Math.floor(seconds / 2) + 1) * 1000);
  }

  /** How long the pods need (s), unless that time is over. */
  function graceOf(namespace: KubeObject): number {
    const pods = contents.find(({ type }) => type.kind === 'Pod')?.inNamespace.get(namespace.metadata.name ?? '') ?? [];
    const graces = pods.filter((pod) => !hasEnded(pod)).map((pod) => asNumber(specOf(pod)['terminationGracePeriodSeconds']));
    const grace = Math.max(0, ...graces);
    return now() - (instantOf(namespace.metadata.deletionTimestamp) ?? 0) >= grace * 1000 ? 0 : grace;
  }

  function writeConditions(namespace: KubeObject, remaining: readonly Remaining[]): void {
    const before = conditionsOf(namespace);
    const after = conditionsFor(remaining).reduce((list, condition) => withCondition(list, condition, now()), before);
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    const { name = '' } = namespace.metadata;
    client.replace(`/api/v1/namespaces/${name}/status`, { ...namespace, status: { ...statusOf(namespace), conditions: after } });
  }

  const stop = state.namespaces.onChange(onNamespace);
  return () => {
    stop();
    later.stop();
  };
}

interface Remaining {
  readonly type: ResourceType;
  readonly object: KubeObject;
}

const SUCCESSES = [
  ['NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'],
  ['NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  ['NamespaceDeletionContentFailure', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
] as const;

function conditionsFor(remaining: readonly Remaining[]): readonly Json[] {
  const resources = counts(remaining.map(({ type }) => `${type.plural}.${type.group}`));
  const finalizers = counts(remaining.flatMap(({ object }) => object.metadata.finalizers ?? []));
  const resourceTexts = [...resources].map(([name, count]) => `${name} has ${count} resource instances`).sort();
  const finalizerTexts = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  return [
    ...SUCCESSES.map(([type, reason, message]) => ({ type, status: 'False', reason, message })),
    remains('NamespaceContentRemaining', resourceTexts, {
      some: ['SomeResourcesRemain', 'Some resources are remaining: '],
      none: ['ContentRemoved', 'All content successfully removed'],
    }),
    remains('NamespaceFinalizersRemaining', finalizerTexts, {
      some: ['SomeFinalizersRemain', 'Some content in the namespace has finalizers remaining: '],
      none: ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    }),
  ];
}

type ReasonAndText = readonly [reason: string, text: string];

function remains(type: string, texts: readonly string[], { some, none }: { some: ReasonAndText; none: ReasonAndText }): Json {
  if (texts.length === 0) return { type, status: 'False', reason: none[0], message: none[1] };
  return { type, status: 'True', reason: some[0], message: `${some[1]}${texts.join(', ')}` };
}

function counts(names: readonly string[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const name of names) found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}

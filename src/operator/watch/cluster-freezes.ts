import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { ClusterFreezes } from '../../core/schedule/freezes.ts';
import type { KubeObject } from '../../kube/client/client.ts';
import { asObject } from '../../core/json.ts';

/** Key of the ConfigMap. */
const KEY = 'freezes.yaml';

const TIME = z.iso.datetime({ offset: true, error: 'must be a time as in "2026-12-20T00:00:00Z"' });
const FREEZES = z.array(
  z
    .strictObject({ name: z.string().min(1).max(40), from: TIME, to: TIME, reason: z.string().max(256).optional() })
    .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { error: '`to` must be after `from`' })
    .transform(({ reason, ...freeze }) => (reason === undefined ? freeze : { ...freeze, reason })),
  { error: 'must be a list of freezes, each with `name`, `from` and `to`' },
);

/**
 * Reads the freezes from the cluster's ConfigMap. Without a ConfigMap there are none. An invalid one makes all freezes unreadable, which holds
 * every plan, because nobody knows what its author meant.
 */
export function readClusterFreezes(configMap: KubeObject | undefined): ClusterFreezes {
  if (configMap === undefined) return { kind: 'Known', freezes: [] };
  const { namespace = '', name = '' } = configMap.metadata;
  const unreadable = (what: string): ClusterFreezes => {
    return { kind: 'Unreadable', message: `the ConfigMap ${namespace}/${name}: ${what}; correct it or delete it` };
  };
  const text = asObject(configMap['data'])[KEY];
  if (typeof text !== 'string') return unreadable(`the key '${KEY}' is missing`);
  try {
    const freezes = FREEZES.safeParse(parse(text) ?? []);
    if (freezes.success) return { kind: 'Known', freezes: freezes.data };
    const [issue] = freezes.error.issues;
    return unreadable(`${[KEY, ...(issue?.path ?? [])].join('.')} ${issue?.message ?? 'is invalid'}`);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    return unreadable(`${KEY} is not valid YAML: ${error.message.split('\n')[0] ?? ''}`);
  }
}

import { parse, YAMLParseError } from 'yaml';
import { z } from 'zod';
import type { ClusterFreezes } from '../../core/schedule/freezes.ts';
import type { KubeObject } from '../../kube/client/client.ts';
import { asObject } from '../../core/json.ts';

/** Key of the ConfigMap that has the freezes. */
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
 * The freezes in the cluster's ConfigMap. None without the ConfigMap; but one in which anything is wrong says nothing of what its author
 * meant, so that everything counts as frozen until it is corrected.
 */
export function readClusterFreezes(configMap: KubeObject | undefined): ClusterFreezes {
  if (configMap === undefined) return { kind: 'Known', freezes: [] };
  const { namespace = '', name = '' } = configMap.metadata;
  const wrong = (what: string): ClusterFreezes => {
    return { kind: 'Unreadable', message: `the ConfigMap ${namespace}/${name}: ${what}; correct it or delete it` };
  };
  const text = asObject(configMap['data'])[KEY];
  if (typeof text !== 'string') return wrong(`the key '${KEY}' is missing`);
  try {
    const freezes = FREEZES.safeParse(parse(text) ?? []);
    if (freezes.success) return { kind: 'Known', freezes: freezes.data };
    const [issue] = freezes.error.issues;
    return wrong(`${[KEY, ...(issue?.path ?? [])].join('.')} ${issue?.message ?? 'is wrong'}`);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    return wrong(`${KEY} is no YAML: ${error.message.split('\n')[0] ?? ''}`);
  }
}

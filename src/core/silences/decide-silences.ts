import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { SilencesPolicy } from '../../api/generated/upgradeplan.ts';
import type { Instant } from '../facts.ts';

/** Duration of a silence (ms). It is short, so that alerts resume soon if the operator dies. */
export const SILENCE_DURATION_MS = 300_000;
/** A silence is extended when less than this remains (ms). */
const EXTEND_BELOW_MS = 180_000;
/** Placeholder for the node's name in a matcher's value. */
const NODE_VARIABLE = '$(BATON_NODE)';

/** A silence of a node in Alertmanager. */
export interface NodeSilence {
  /** ID of the silence in Alertmanager. */
  readonly id: string;
  readonly endsAt: Instant;
}

/** A change of a node's silence. */
export type SilenceChange =
  | { readonly kind: 'Create'; readonly node: string; readonly endsAt: Instant }
  | { readonly kind: 'Extend'; readonly node: string; readonly id: string; readonly endsAt: Instant }
  | { readonly kind: 'Lift'; readonly node: string; readonly id: string };

/** The input of the decision. */
export interface SilenceView {
  /** Nodes in their turn. */
  readonly inTurn: ReadonlySet<string>;
  /** Nodes that failed; their alerts must not be silenced. */
  readonly failed: ReadonlySet<string>;
  /** Silences that exist and have not ended, by node. */
  readonly existing: ReadonlyMap<string, NodeSilence>;
  readonly now: Instant;
}

/**
 * Decides which silences to create, extend and lift. A node that succeeded keeps the rest of its silence, because the alerts that its
 * upgrade caused take a moment to resolve.
 */
export function decideSilences({ inTurn, failed, existing: made, now }: SilenceView): readonly SilenceChange[] {
  const endsAt = now + SILENCE_DURATION_MS;
  const wanted = [...inTurn].filter((node) => !failed.has(node));
  const kept = wanted.flatMap((node): SilenceChange[] => {
    const silence = made.get(node);
    if (silence === undefined || silence.endsAt <= now) return [{ kind: 'Create', node, endsAt }];
    return silence.endsAt - now < EXTEND_BELOW_MS ? [{ kind: 'Extend', node, id: silence.id, endsAt }] : [];
  });
  const lifted = [...made].flatMap(([node, { id }]): SilenceChange[] => (failed.has(node) ? [{ kind: 'Lift', node, id }] : []));
  return [...kept, ...lifted];
}

/** The nodes whose latest record is Failed. A node that is retried in a later batch is not among them. */
export function failedNow(batches: readonly UpgradeBatch[]): ReadonlySet<string> {
  const inOrder = batches.toSorted((a, b) => a.spec.index - b.spec.index);
  const records = inOrder.flatMap(({ status }) => status?.nodes ?? []);
  const last = new Map(records.map(({ name, state }) => [name, state]));
  return new Set([...last].filter(([, state]) => state === 'Failed').map(([name]) => name));
}

/** A matcher in Alertmanager's API. */
export interface AlertMatcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: true;
}

/** The matchers of a node's silence. The node's name is escaped in a regular expression. */
export function matchersFor(node: string, matchers: SilencesPolicy['matchers']): readonly AlertMatcher[] {
  return matchers.map(({ name, value, type }) => {
    const isRegex = type === 'Regex';
    const literal = isRegex ? node.replaceAll(/[^a-zA-Z0-9-]/g, (character) => `\\${character}`) : node;
    return { name, value: value.replaceAll(NODE_VARIABLE, () => literal), isRegex, isEqual: true };
  });
}

import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { SilencesPolicy } from '../../api/generated/upgradeplan.ts';
import type { Instant } from '../facts.ts';

/** How long a silence lasts when nobody extends it (ms): an operator that dies leaves nothing quiet for longer. */
export const SILENCE_MS = 300_000;
/** It is extended once less than this is left (ms). */
const EXTEND_MS = 180_000;
/** What stands for the node's name in the value of a matcher. */
const NODE_VARIABLE = '$(BATON_NODE)';

/** A silence that was made for a node. */
export interface NodeSilence {
  /** Its id at Alertmanager. */
  readonly id: string;
  readonly endsAt: Instant;
}

/** What is to be done for a node: a new silence, more time for the one there is, or none any more. */
export type SilenceChange =
  | { readonly kind: 'Create'; readonly node: string; readonly endsAt: Instant }
  | { readonly kind: 'Extend'; readonly node: string; readonly id: string; readonly endsAt: Instant }
  | { readonly kind: 'Lift'; readonly node: string; readonly id: string };

/** What the decision looks at. */
export interface SilenceView {
  /** Nodes in their turn. */
  readonly inTurn: ReadonlySet<string>;
  /** Nodes that failed: they are to page like any other from now on. */
  readonly failed: ReadonlySet<string>;
  /** The silences that were made and have not ended, by node. */
  readonly made: ReadonlyMap<string, NodeSilence>;
  readonly now: Instant;
}

/**
 * Decides which silences are made, extended and lifted. A node whose turn ended well keeps what is left of its silence: what its upgrade
 * set off needs a moment to resolve.
 */
export function decideSilences({ inTurn, failed, made, now }: SilenceView): readonly SilenceChange[] {
  const endsAt = now + SILENCE_MS;
  const wanted = [...inTurn].filter((node) => !failed.has(node));
  const kept = wanted.flatMap((node): SilenceChange[] => {
    const silence = made.get(node);
    if (silence === undefined || silence.endsAt <= now) return [{ kind: 'Create', node, endsAt }];
    return silence.endsAt - now < EXTEND_MS ? [{ kind: 'Extend', node, id: silence.id, endsAt }] : [];
  });
  const lifted = [...made].flatMap(([node, { id }]): SilenceChange[] => (failed.has(node) ? [{ kind: 'Lift', node, id }] : []));
  return [...kept, ...lifted];
}

/** The nodes that failed when they last had a record: one that is tried again in a later batch is upgraded like any other. */
export function failedNow(batches: readonly UpgradeBatch[]): ReadonlySet<string> {
  const inOrder = batches.toSorted((a, b) => a.spec.index - b.spec.index);
  const records = inOrder.flatMap(({ status }) => status?.nodes ?? []);
  const last = new Map(records.map(({ name, state }) => [name, state]));
  return new Set([...last].filter(([, state]) => state === 'Failed').map(([name]) => name));
}

/** A matcher as Alertmanager takes it. */
export interface AlertMatcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: true;
}

/** The matchers of a node's silence. In a regular expression the node's name stands for itself. */
export function matchersFor(node: string, matchers: SilencesPolicy['matchers']): readonly AlertMatcher[] {
  return matchers.map(({ name, value, type }) => {
    const isRegex = type === 'Regex';
    const literal = isRegex ? node.replaceAll(/[^a-zA-Z0-9-]/g, (character) => `\\${character}`) : node;
    return { name, value: value.replaceAll(NODE_VARIABLE, () => literal), isRegex, isEqual: true };
  });
}

import { presentFields } from '../present-fields.ts';
import { goDurationSeconds } from './go-duration.ts';
import type { Note } from './note.ts';
import type { SucDrain, SucPlan, SucRequirement, SucSelector } from './suc-plan.ts';

/** The disruption of the process and the drain policy of the plan. */
export interface DrainConversion {
  readonly disruption: 'None' | 'Drain';
  readonly drain: Readonly<Record<string, unknown>> | undefined;
  readonly notes: readonly Note[];
}

const OPPOSITE = { In: 'NotIn', NotIn: 'In', Exists: 'DoesNotExist', DoesNotExist: 'Exists' } as const;

const MAX_SECONDS = 604_800;

/** Converts `cordon` and `drain` to the process's disruption and the plan's drain policy. */
export function convertDrain(plan: Pick<SucPlan, 'cordon' | 'drain'>): DrainConversion {
  if (plan.drain !== undefined) return { disruption: 'Drain', ...convertOptions(plan.drain) };
  if (!plan.cordon) return { disruption: 'None', drain: undefined, notes: [] };
  const text = 'cordon: true keeps new Pods off the node and evicts none. With mode Auto, Baton would drain the node.';
  return { disruption: 'Drain', drain: { mode: 'Cordon' }, notes: [{ path: ['spec', 'drain', 'mode'], text }] };
}

function convertOptions(drain: SucDrain): Pick<DrainConversion, 'drain' | 'notes'> {
  const notes: Note[] = [];
  const note = (text: string, ...path: string[]): void => {
    notes.push({ path: ['spec', 'drain', ...path], text });
  };
  const ignore = drain.podSelector === undefined ? undefined : inverse(drain.podSelector);
  if (ignore !== undefined)
    note('drain.podSelector selected the Pods to evict. This is the inverse: it selects the Pods that stay.', 'ignore');
  if (drain.podSelector !== undefined && ignore === undefined) {
    const selector = JSON.stringify(drain.podSelector);
    note(`drain.podSelector has no counterpart: select the Pods that stay with ignore.podSelector. It was ${selector}.`);
  }
  if (drain.force) note('drain.force: true evicts Pods without a controller, which nothing recreates.', 'unmanagedPods');
  if (drain.disableEviction) {
    note(
      'drain.disableEviction has no counterpart: Baton always evicts Pods and respects PodDisruptionBudgets. To delete Pods regardless ' +
        'of them after timeoutSeconds, select the Pods with force.podSelector.',
    );
  }
  if (drain.ignoreDaemonSets === false) {
    note('drain.ignoreDaemonSets: false has no counterpart: Pods of DaemonSets always stay and never block a drain.');
  }
  if (drain.gracePeriod !== undefined && drain.gracePeriod >= 0) {
    note(`drain.gracePeriod: ${drain.gracePeriod} has no counterpart: each Pod keeps its own terminationGracePeriodSeconds.`);
  }
  if (drain.skipWaitForDeleteTimeout !== undefined && drain.skipWaitForDeleteTimeout > 0) {
    note(
      `drain.skipWaitForDeleteTimeout: ${drain.skipWaitForDeleteTimeout} has no counterpart: Baton waits for terminating Pods.`,
    );
  }
  const converted = presentFields({
    timeoutSeconds: timeoutOf(drain, note),
    ignore: ignore === undefined ? undefined : { podSelector: ignore },
    emptyDirData: drain.deleteEmptydirData === false || drain.deleteLocalData === false ? 'Keep' : 'Delete',
    unmanagedPods: drain.force ? 'Delete' : undefined,
  });
  return { drain: converted, notes };
}

function timeoutOf({ timeout }: SucDrain, note: (text: string, ...path: string[]) => void): number | undefined {
  if (timeout === undefined) return undefined;
  const seconds = goDurationSeconds(timeout);
  if (seconds === undefined || seconds <= 0) {
    note(`drain.timeout: ${timeout} means no limit. Baton always has one: by default the first process's deadlineSeconds.`);
    return undefined;
  }
  const bounded = Math.min(Math.max(1, Math.ceil(seconds)), MAX_SECONDS);
  note(`drain.timeout was ${typeof timeout === 'number' ? `${timeout} nanoseconds` : timeout}.`, 'timeoutSeconds');
  return bounded;
}

/** The selector of all other Pods; undefined when a single selector cannot express it. */
function inverse({ matchLabels, matchExpressions }: SucSelector): object | undefined {
  const byLabels = Object.entries(matchLabels).map(([key, value]): SucRequirement => ({ key, operator: 'In', values: [value] }));
  const [only, ...more] = [...byLabels, ...matchExpressions];
  // The inverse of "all requirements hold" is "any of them does not", and a selector has no "or".
  if (only === undefined || more.length > 0) return undefined;
  const { key, operator, values } = only;
  return { matchExpressions: [{ key, operator: OPPOSITE[operator], ...(values.length === 0 ? {} : { values }) }] };
}

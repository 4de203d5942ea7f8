import { API_VERSION, LABELS } from '../../../api/names.ts';
import { presentFields } from '../../present-fields.ts';
import { compareNames } from '../../text.ts';
import type { NotifiedCommand } from '../model/notification.ts';

/** Beyond this many characters the node names of a release are read from the batch instead of being spelled out. */
const LONGEST_NODE_LIST = 120;

/** What commands are made from. */
export interface CommandInput {
  readonly namespace: string;
  readonly plan: string;
  readonly batch: string;
  /** Names of the quarantined nodes that may be told, and how many others there are. */
  readonly quarantined: readonly string[];
  readonly quarantinedUnnamed: number;
  /** Which failed nodes may be tried again: those of the batch or, when the rollout has ended as it should, all of its revision. */
  readonly retriable: { readonly batch: string } | { readonly revision: string } | undefined;
  /** Whether the quarantined nodes are those of all batches of the plan. */
  readonly ofAllBatches: boolean;
  /** Whether the plan waits for a Resume: after too many failures, with this budget from then on, or because somebody paused it. */
  readonly paused: { readonly maxFailed?: number } | undefined;
  readonly revision: string;
  /** What a Rollback would take back; undefined where nothing can be, or nobody is asked. */
  readonly rollback: 'Batch' | 'Plan' | undefined;
  /** Whether the plan waits for it, by its failure policy. */
  readonly awaitsRollback: boolean;
  /** Whether the plan waits for an Approve of the batch. */
  readonly unapproved: boolean;
  /** The PodDisruptionBudget that nodes could not be drained for, as namespace/name. */
  readonly budget: string | undefined;
  /** Whether processes have reported: without reports the batch has no Events worth a look. */
  readonly reported: boolean;
}

/** What to type after a batch: the acts that it may need first, then where to look. Each is one line for a POSIX-like shell with here-strings (bash, zsh). */
export function notifiedCommands(input: CommandInput): NotifiedCommand[] {
  const { namespace, batch, quarantined, quarantinedUnnamed, retriable, paused, unapproved, rollback, awaitsRollback, reported } =
    input;
  const commands: NotifiedCommand[] = [];
  // What is waited for comes first.
  if (awaitsRollback) commands.push(rollbackCommand(input));
  // A retry ends the quarantine of its nodes.
  if (retriable !== undefined)
    commands.push({ purpose: 'Retry', command: createAction(input, 'retry-', { action: 'Retry', ...retriable }) });
  if (quarantined.length + quarantinedUnnamed > 0) commands.push({ purpose: 'Release', command: releaseCommand(input) });
  if (paused !== undefined)
    commands.push({ purpose: 'Resume', command: createAction(input, 'resume-', { action: 'Resume', batch, ...paused }) });
  if (unapproved) commands.push({ purpose: 'Approve', command: createAction(input, 'approve-', { action: 'Approve', batch }) });
  if (rollback !== undefined && !awaitsRollback) commands.push(rollbackCommand(input));
  if (paused !== undefined || unapproved)
    commands.push({ purpose: 'Abort', command: createAction(input, 'abort-', { action: 'Abort', batch }) });
  if (input.budget !== undefined) commands.push(describeBudget(input.budget));
  if (reported) commands.push({ purpose: 'Events', command: `kubectl events --for upgradebatch/${batch} -n ${namespace}` });
  commands.push({ purpose: 'Describe', command: `kubectl describe ubatch ${batch} -n ${namespace}` });
  commands.push({ purpose: 'Status', command: `kubectl get ubatch,uplan -n ${namespace}` });
  return commands;
}

function rollbackCommand(input: CommandInput): NotifiedCommand {
  const scope = input.rollback === 'Plan' ? { revision: input.revision.slice(0, 8) } : { batch: input.batch };
  return { purpose: 'Rollback', command: createAction(input, 'rollback-', { action: 'Rollback', ...scope }) };
}

function describeBudget(budget: string): NotifiedCommand {
  const [namespace = '', name = ''] = budget.split('/');
  return { purpose: 'DisruptionBudget', command: `kubectl describe pdb ${name} -n ${namespace}` };
}

function releaseCommand(input: CommandInput): string {
  const { namespace, plan, batch, quarantined, quarantinedUnnamed, ofAllBatches } = input;
  const whole = createAction(input, 'release-', { action: 'Release', nodes: quarantined.toSorted(compareNames) });
  if (quarantinedUnnamed === 0 && JSON.stringify(quarantined).length <= LONGEST_NODE_LIST) return whole;

  // The shell puts in the names of the nodes that are still quarantined then: `"a","b",` without the last comma.
  const query = `{range ${ofAllBatches ? '.items[*]' : ''}.status.nodes[?(@.quarantined==true)]}"{.name}",{end}`;
  const names = `'"$(kubectl get ubatch ${ofAllBatches ? `-l ${LABELS.plan}=${plan}` : batch} -n ${namespace} -o jsonpath='${query}' | sed 's/,$//')"'`;
  return createAction(input, 'release-', { action: 'Release', nodes: [] }).replace('"nodes":[]', () => `"nodes":[${names}]`);
}

function createAction({ namespace, plan }: CommandInput, generateName: string, act: object): string {
  const action = { apiVersion: API_VERSION, kind: 'UpgradeAction', metadata: { generateName }, spec: { plan, ...act } };
  return `kubectl create -n ${namespace} -f - <<<'${JSON.stringify(presentFields(action))}'`;
}

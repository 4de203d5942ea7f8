import { API_VERSION, LABELS } from '../../../api/names.ts';
import { presentFields } from '../../present-fields.ts';
import { compareNames } from '../../text.ts';
import type { NotifiedCommand } from '../model/notification.ts';

/** Maximum length of the node names in a Release (characters). A command with more names reads them from the batch. */
const MAX_NODE_LIST_LENGTH = 120;

/** What the commands of a message depend on. */
export interface CommandInput {
  readonly namespace: string;
  readonly plan: string;
  readonly batch: string;
  /** Names of the quarantined nodes, without those that must not be named. */
  readonly quarantined: readonly string[];
  /** Number of quarantined nodes that must not be named. */
  readonly quarantinedUnnamed: number;
  /** Which failed nodes can be retried: those of the batch or, once the rollout has ended normally, those of the revision. */
  readonly retriable: { readonly batch: string } | { readonly revision: string } | undefined;
  /** Whether the quarantined nodes are those of all batches of the plan. */
  readonly ofAllBatches: boolean;
  /** Set if a Resume continues the plan; `maxFailed` is then the failure budget. */
  readonly paused: { readonly maxFailed?: number } | undefined;
  readonly revision: string;
  /** What a Rollback would roll back; undefined if it is not offered. */
  readonly rollback: 'Batch' | 'Plan' | undefined;
  /** Whether the plan waits for the Rollback, by its failure policy. */
  readonly awaitsRollback: boolean;
  /** Whether the plan waits for an Approve of the batch. */
  readonly awaitsApproval: boolean;
  /** The PodDisruptionBudget that blocked drains, as namespace/name. */
  readonly budget: string | undefined;
  /** Whether processes have reported. Without reports, the batch has no interesting Events. */
  readonly hasReports: boolean;
}

/** The commands after a batch: actions that it may need, then commands that show more. Each is one line for bash or zsh (here-strings). */
export function notifiedCommands(input: CommandInput): NotifiedCommand[] {
  const {
    namespace,
    batch,
    quarantined,
    quarantinedUnnamed,
    retriable,
    paused,
    awaitsApproval: unapproved,
    rollback,
    awaitsRollback,
    hasReports: reported,
  } = input;
  const commands: NotifiedCommand[] = [];
  // What the plan waits for comes first.
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
  if (quarantinedUnnamed === 0 && JSON.stringify(quarantined).length <= MAX_NODE_LIST_LENGTH) return whole;

  // The shell inserts the names of the nodes that are quarantined by then: `"a","b",` without the last comma.
  const query = `{range ${ofAllBatches ? '.items[*]' : ''}.status.nodes[?(@.quarantined==true)]}"{.name}",{end}`;
  const names = `'"$(kubectl get ubatch ${ofAllBatches ? `-l ${LABELS.plan}=${plan}` : batch} -n ${namespace} -o jsonpath='${query}' | sed 's/,$//')"'`;
  return createAction(input, 'release-', { action: 'Release', nodes: [] }).replace('"nodes":[]', () => `"nodes":[${names}]`);
}

function createAction({ namespace, plan }: CommandInput, generateName: string, spec: object): string {
  const action = { apiVersion: API_VERSION, kind: 'UpgradeAction', metadata: { generateName }, spec: { plan, ...spec } };
  return `kubectl create -n ${namespace} -f - <<<'${JSON.stringify(presentFields(action))}'`;
}

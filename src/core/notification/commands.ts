import { API_VERSION } from '../../api/names.ts';
import type { NotifiedCommand } from './notification.ts';

/** Beyond this many characters the node names of a release are read from the batch instead of being spelled out. */
const LONGEST_NODE_LIST = 300;

/** What commands are made from. */
export interface CommandInput {
  readonly namespace: string;
  readonly plan: string;
  readonly batch: string;
  /** Names of the quarantined nodes that may be told, and how many others there are. */
  readonly quarantined: readonly string[];
  readonly quarantinedUnnamed: number;
  /** Whether the plan waits for a Resume. */
  readonly paused: boolean;
  /** Whether the plan waits for an Approve of the batch. */
  readonly unapproved: boolean;
  /** Whether processes have reported: without reports the batch has no Events worth a look. */
  readonly reported: boolean;
}

/** What to type after a batch: the acts that it needs first, then where to look. Each is one line for a POSIX-like shell with here-strings (bash, zsh). */
export function notifiedCommands(input: CommandInput): NotifiedCommand[] {
  const { namespace, batch, quarantined, quarantinedUnnamed, paused, unapproved, reported } = input;
  const commands: NotifiedCommand[] = [];
  if (quarantined.length + quarantinedUnnamed > 0) commands.push({ purpose: 'Release', command: releaseCommand(input) });
  if (paused) commands.push({ purpose: 'Resume', command: createAction(input, 'resume-', { action: 'Resume', batch }) });
  if (unapproved) commands.push({ purpose: 'Approve', command: createAction(input, 'approve-', { action: 'Approve', batch }) });
  if (reported) commands.push({ purpose: 'Events', command: `kubectl events --for upgradebatch/${batch} -n ${namespace}` });
  commands.push({ purpose: 'Describe', command: `kubectl describe ubatch ${batch} -n ${namespace}` });
  commands.push({ purpose: 'Status', command: `kubectl get ubatch,uplan -n ${namespace}` });
  return commands;
}

function releaseCommand(input: CommandInput): string {
  const { namespace, batch, quarantined, quarantinedUnnamed } = input;
  const whole = createAction(input, 'release-', { action: 'Release', nodes: quarantined });
  if (quarantinedUnnamed === 0 && JSON.stringify(quarantined).length <= LONGEST_NODE_LIST) return whole;

  // The shell puts in the names of the nodes that are still quarantined then: `"a","b",` without the last comma.
  const query = `{range .status.nodes[?(@.quarantined==true)]}"{.name}",{end}`;
  const names = `'"$(kubectl get ubatch ${batch} -n ${namespace} -o jsonpath='${query}' | sed 's/,$//')"'`;
  return createAction(input, 'release-', { action: 'Release', nodes: [] }).replace('"nodes":[]', () => `"nodes":[${names}]`);
}

function createAction({ namespace, plan }: CommandInput, generateName: string, act: object): string {
  const action = { apiVersion: API_VERSION, kind: 'UpgradeAction', metadata: { generateName }, spec: { plan, ...act } };
  return `kubectl create -n ${namespace} -f - <<<'${JSON.stringify(action)}'`;
}

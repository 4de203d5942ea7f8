import { ANNOTATIONS, LABELS } from '../../api/names.ts';
import { asText, parseObject } from '../../core/json.ts';
import { seededRandom, seedFor } from '../time/random.ts';
import { between, weighted } from './chance.ts';
import { ClusterUser, type OutsiderPorts } from './cluster-user.ts';
import { postReport, type Report } from './report.ts';
import { effectsOf } from './upgrade-effects.ts';
import { readTarget } from './upgrade-target.ts';

/** What a node's own updater does when its turn has come. */
export type UpdaterBehavior =
  /** It brings the version. */
  | 'Works'
  /** It reports success and has done nothing. */
  | 'ReportsTooMuch'
  /** It reports a failure. */
  | 'Fails'
  /** It does nothing. */
  | 'Sleeps';

/** How updaters work. */
export interface UpdatersOptions {
  readonly seed: number;
  /** Chooses what the updater of a node does; by default mostly `Works`. */
  readonly choose?: (turn: { readonly node: string; readonly process: string; readonly attempt: number }) => UpdaterBehavior;
}

/** Starts the updaters of all nodes, which upgrade what a process is `external` for; the returned function stops them. */
export function startUpdaters(ports: OutsiderPorts, options: UpdatersOptions): () => void {
  const user = new ClusterUser(ports);
  const begun = new Set<string>();
  return ports.client.watch('/api/v1/nodes', (type, { metadata }) => {
    const { name: node = '', uid = '', labels = {}, annotations = {} } = metadata;
    const process = labels[LABELS.process];
    const turn = parseObject(annotations[ANNOTATIONS.turn]);
    if (type === 'DELETED' || process === undefined || turn === undefined) return;
    const { namespace, batch, batchUid, attempt } = turn;
    const key = [batchUid, uid, process, attempt].join('/');
    if (begun.has(key)) return;
    begun.add(key);
    const opened = { node, uid, process, namespace: asText(namespace), batch: asText(batch), attempt: Number(attempt) };
    const random = seededRandom(seedFor(options.seed, `updater/${key}`));
    const behavior = options.choose?.(opened) ?? byChance(random);
    user.later(between(random, 2, 60) * 1000, () => update(user, opened, behavior));
  });
}

interface OpenedTurn {
  readonly node: string;
  readonly uid: string;
  readonly process: string;
  readonly namespace: string;
  /** Name of the UpgradeBatch. */
  readonly batch: string;
  readonly attempt: number;
}

function byChance(random: () => number): UpdaterBehavior {
  return weighted(random, [
    ['Works', 12],
    ['ReportsTooMuch', 2],
    ['Fails', 1],
    ['Sleeps', 1],
  ] as const);
}

function update(user: ClusterUser, turn: OpenedTurn, behavior: UpdaterBehavior): void {
  const { client, hosts, now } = user.ports;
  const host = hosts.get(turn.node);
  const target = readTarget(client, turn);
  if (host?.up !== true || user.node(turn.node)?.metadata.uid !== turn.uid || target === undefined) return;
  const report = (text: Report): void => void postReport(client, host, { ...turn, ...target }, text, now());
  if (behavior === 'Fails') report({ reason: 'UpgradeFailed', note: 'the controller does not answer' });
  if (behavior === 'ReportsTooMuch') report({ reason: 'UpgradeSucceeded', note: 'done' });
  if (behavior !== 'Works') return;
  const { software, nodeLabels } = effectsOf(target);
  host.recordRun({ ...target, process: turn.process });
  hosts.install(turn.node, software);
  if (software.kubeletVersion !== undefined) hosts.restartKubelet(turn.node);
  if (Object.keys(nodeLabels).length > 0) user.patchNode(turn.node, { metadata: { labels: nodeLabels } });
}

import type { ReportFact } from '../../../../../src/core/facts.ts';
import type { Command } from '../../../../../src/core/rollout/model/command.ts';
import type { World } from './world.ts';

/** A node's own updater begins when it is given its turn: it brings the version, fails, or does nothing. */
export function startUpdater(world: World, { node, process }: Extract<Command, { kind: 'StartExternal' }>): void {
  const turn = world.nodes.get(node.name)?.turn;
  const batch = world.batches.get(turn?.batch ?? '');
  if (turn === undefined || batch === undefined) return;
  const report = (reason: ReportFact['reason'], note: string): void => {
    const none = {
      progress: undefined,
      task: undefined,
      fromVersion: undefined,
      toVersion: undefined,
      heartbeats: 0,
      lastHeardTime: world.now,
    };
    const where = {
      batchUid: turn.batchUid,
      node: node.name,
      nodeUid: node.uid,
      process,
      attempt: turn.attempt,
      bootId: node.bootId,
    };
    world.reports.push({ ...where, sequence: world.reports.length + 1, reason, note, time: world.now, ...none });
    world.touch();
  };
  const fate = world.random.weighted([
    ['Works', 12],
    ['SaysMore', 2],
    ['Fails', 1],
    ['Sleeps', 1],
  ] as const);
  world.time.after(world.random.between(2, 60) * 1000, () => {
    const current = world.nodes.get(node.name);
    if (current?.uid !== node.uid || !world.isAlive(node.name) || current.claim === undefined) return;
    if (fate === 'Fails') report('UpgradeFailed', 'the controller does not answer');
    // It claims what it has not done: `verify` must find that out.
    if (fate === 'SaysMore') report('UpgradeSucceeded', 'done');
    if (fate !== 'Works') return;
    world.upgraded.add(`${turn.batchUid}/${node.uid}/${process}`);
    world.setNode(node.name, { labels: { ...current.labels, bmc: batch.spec.version } });
  });
}

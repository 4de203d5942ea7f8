import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { UpgradePlan } from '../../../src/api/generated/upgradeplan.ts';
import { findCondition } from '../../../src/core/condition.ts';
import type { Json } from '../../../src/core/json.ts';
import { toRfc3339 } from '../../../src/core/text.ts';
import type { KubeObject } from '../../../src/kube/kube-object.ts';
import { customPrinter } from '../../../src/simulator/api-server/tables/custom-printer.ts';
import { definitionOf, simulatedResult } from '../../support/crd-server.ts';
import { aNode } from '../core/rollout/support/facts.ts';
import { addNode } from '../core/rollout/simulation/hosts.ts';
import { setFates } from '../core/rollout/simulation/kubelet.ts';
import { playScenario } from '../core/rollout/simulation/run.ts';
import { World } from '../core/rollout/simulation/world.ts';

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const NODES = 12;

function section(title: string): string {
  return README.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';
}

/** The plan of `Write a plan`, as the API server stores it. */
function readPlan(): UpgradePlan {
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(section('Write a plan')) ?? [];
  const object = parse(text) as Json;
  const result = simulatedResult({ definition: definitionOf('UpgradePlan'), object, fieldValidation: 'Strict' });
  if (result.kind === 'Rejected') throw new Error(result.status.message);
  return result.object as unknown as UpgradePlan;
}

/** What `kubectl get` prints of objects whose CRD is in this file. */
function table(file: string, objects: readonly object[], now: number): string {
  const { columns, cells } = customPrinter(columnsOf(file));
  const shown = columns.flatMap(({ name, priority }, index) => (priority === 0 ? [{ name, index }] : []));
  const rows = [
    shown.map(({ name }) => name.toUpperCase()),
    ...objects.map((object) => {
      const all = cells(object as KubeObject, now);
      return shown.map(({ index }) => String(all[index] ?? ''));
    }),
  ];
  const widths = shown.map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, index) => cell.padEnd((widths[index] ?? 0) + 3)).join(''));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function columnsOf(file: string): readonly Json[] {
  const crd = parse(readFileSync(new URL(`../../../crds/${file}`, import.meta.url), 'utf8')) as {
    spec: { versions: { additionalPrinterColumns: Json[] }[] };
  };
  return crd.spec.versions[0]?.additionalPrinterColumns ?? [];
}

/** Twelve workers in the middle of the third batch. No upgrade fails, and each takes 6 minutes. */
function watch(): World {
  const world = new World(1, false);
  for (let i = 1; i <= NODES; i++) {
    addNode(world, aNode(`worker-${i}`, { uid: world.fresh('node'), labels: { role: 'worker' } }));
  }
  const plan = readPlan();
  world.plan = { ...plan, metadata: { ...plan.metadata, uid: 'plan-1', generation: 1, creationTimestamp: toRfc3339(world.now) } };
  for (const { name } of plan.spec.notify?.sinks ?? []) world.sinks.set(name, { downUntil: 0, refuses: false });
  setFates(world, () => ({ kind: 'Succeeds', ms: 360_000 }));
  const run = playScenario({ world, trouble: 'None', operator: { crash: 0, twin: 0 }, people: false });
  while (run.next().done !== true) {
    const status = [...world.batches.values()][2]?.status;
    const isSettled = findCondition(status?.conditions, 'Settled')?.status === 'True';
    if (!isSettled && (status?.summary?.succeeded ?? 0) > 0) return world;
  }
  throw new Error('the rollout ended before one node of its third batch was done');
}

describe('README.md', () => {
  it('shows under "Watch it" what the plan under "Write a plan" does on twelve nodes', () => {
    const world = watch();
    const namespace = world.plan?.metadata.namespace ?? '';

    const commands = [
      ['uplan', table('upgradeplans.baton.dev.yaml', [world.plan ?? {}], world.now)],
      ['ubatch', table('upgradebatches.baton.dev.yaml', [...world.batches.values()], world.now)],
    ].map(([resource, output]) => `$ kubectl get ${resource} -n ${namespace}\n${output}`);

    expect(section('Watch it')).toContain(commands.join('\n'));
  });

  it('names a batch and a plan of its own in the commands under "Watch it"', () => {
    const { batches, plan } = watch();
    const last = [...batches.keys()].at(-1);

    expect(section('Watch it')).toContain(`--for upgradebatch/${last} -n ${plan?.metadata.namespace}`);
    expect(section('Watch it')).toContain(`uplan/${plan?.metadata.name} -n ${plan?.metadata.namespace}`);
  });
});

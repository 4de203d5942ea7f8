import { readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import type { UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import type { Json } from '../../../../src/core/json.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { customPrinter } from '../../../../src/simulator/api-server/tables/custom-printer.ts';
import { Simulation } from '../../../../src/simulator/simulation.ts';

jest.setTimeout(120_000);

const START = Date.UTC(2026, 5, 1, 9);
const MINUTE = 60_000;
const FLEET = '/apis/baton.dev/v1alpha1/namespaces/fleet';
const README = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8');
const NODES = 12;

function section(title: string): string {
  return README.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';
}

/** The plan of `Write a plan`. */
function readPlan(): KubeObject {
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(section('Write a plan')) ?? [];
  return parse(text) as KubeObject;
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
  const crd = parse(readFileSync(new URL(`../../../../crds/${file}`, import.meta.url), 'utf8')) as {
    spec: { versions: { additionalPrinterColumns: Json[] }[] };
  };
  return crd.spec.versions[0]?.additionalPrinterColumns ?? [];
}

/** The cluster in the middle of the third batch. No upgrade fails, and each takes 6 minutes. */
async function watch(): Promise<Simulation> {
  const simulation = new Simulation({
    ...{ seed: 1, start: START },
    hosts: Array.from({ length: NODES }, (_, index) => ({ name: `worker-${index + 1}`, labels: { role: 'worker' } })),
    workload:
      ({ time }) =>
      (start) => {
        time.setTimer(6 * MINUTE, () => start.exit(0));
      },
  });
  await simulation.boot();
  simulation.startOperator();
  simulation.client.create('/api/v1/namespaces', { metadata: { name: 'fleet' } });
  expect(simulation.apply(readPlan())).toMatchObject({ ok: true });
  const third = (): UpgradeBatch | undefined => batchesOf(simulation)[2];
  const isHalfDone = (): boolean => (third()?.status?.summary?.succeeded ?? 0) > 0;
  while (!isHalfDone() && simulation.time.now() < START + 60 * MINUTE) {
    await simulation.run({ limit: simulation.time.now() + MINUTE / 6 });
  }
  return simulation;
}

function batchesOf({ client }: Simulation): readonly UpgradeBatch[] {
  return client.list(`${FLEET}/upgradebatches`) as unknown as readonly UpgradeBatch[];
}

describe('README.md', () => {
  it('shows under "Watch it" what the plan under "Write a plan" does on twelve nodes', async () => {
    const simulation = await watch();
    const now = simulation.time.now();
    const plans = simulation.client.list(`${FLEET}/upgradeplans`);
    const batches = batchesOf(simulation);

    const commands = [
      ['uplan', table('upgradeplans.baton.dev.yaml', plans, now)],
      ['ubatch', table('upgradebatches.baton.dev.yaml', batches, now)],
    ].map(([resource, output]) => `$ kubectl get ${resource} -n fleet\n${output}`);
    const shown = section('Watch it');
    expect(shown).toContain(commands.join('\n'));
    expect(shown).toContain(`--for upgradebatch/${batches.at(-1)?.metadata.name} -n fleet`);
    expect(shown).toContain(`uplan/${plans[0]?.metadata.name} -n fleet`);
  });
});

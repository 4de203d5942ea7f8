import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import type { UpgradePlan } from '../../../src/api/generated/upgradeplan.ts';
import { convertText } from '../../../src/cli/convert/convert-text.ts';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { applyCrds } from '../../support/crds.ts';

// Programs are started, and the machine may be busy.
jest.setTimeout(60_000);

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ name: 'convert', controlPlaneOnly: true });
  await applyCrds(cluster);
  for (const namespace of ['system-upgrade', 'fleet']) await succeeds(['create', 'namespace', namespace]);
}, 60_000);

afterAll(() => cluster.stop());

async function succeeds(args: readonly string[], input?: string): Promise<string> {
  const result = await cluster.kubectl(args, input === undefined ? {} : { input });
  if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

async function convertAndApply(name: string): Promise<void> {
  const file = path(`fixtures/system-upgrade-controller/${name}.yaml`);
  const conversion = convertText([{ name: file, text: readFileSync(file, 'utf8') }]);
  if (conversion.kind === 'Rejected') throw new Error(conversion.problems.join('\n'));
  // An unknown field would be an error, not a warning.
  await succeeds(['apply', '--validate=strict', '-f', '-'], conversion.yaml);
}

async function planOf(name: string, namespace: string): Promise<UpgradePlan> {
  return parse(await succeeds(['get', 'uplan', name, '-n', namespace, '-o', 'yaml'])) as UpgradePlan;
}

describe('What baton convert prints is taken by the API server, and says what the Plan said', () => {
  it('k3s servers and agents', async () => {
    await convertAndApply('k3s');
    const servers = await planOf('servers', 'system-upgrade');
    expect(servers.spec).toMatchObject({ version: 'v1.33.4+k3s1', paused: true, maxUnavailable: 1, drain: { mode: 'Cordon' } });
    expect(servers.spec.processes[0]?.verify).toMatchObject({ kubeletVersion: '$(BATON_VERSION)' });
    const agents = await planOf('agents', 'system-upgrade');
    expect(agents.spec).toMatchObject({
      maxUnavailable: 2,
      dependsOn: [{ name: 'servers', version: 'v1.33.4+k3s1' }],
      drain: { timeoutSeconds: 600, unmanagedPods: 'Delete', emptyDirData: 'Delete' },
    });
  });

  it("a distribution's packages, in a window", async () => {
    await convertAndApply('os');
    const { spec } = await planOf('packages', 'system-upgrade');
    expect(spec).toMatchObject({
      batches: [{ size: 3, soakSeconds: 120 }],
      windows: [{ schedule: '0 22 * * 1,2,3,4,5', durationSeconds: 21_600, timeZone: 'Europe/Paris' }],
      drain: { timeoutSeconds: 900, emptyDirData: 'Keep' },
      processes: [{ disruption: 'Drain', timing: { deadlineSeconds: 1800 } }],
    });
  });

  it('a Plan that follows a channel, as kubectl prints it', async () => {
    await convertAndApply('channel');
    expect((await planOf('firmware', 'fleet')).spec).toMatchObject({ version: 'CHANGE-ME', paused: true });
  });
});

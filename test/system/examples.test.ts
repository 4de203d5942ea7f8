import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import type { UpgradePlan, UpgradeProcess } from '../../src/api/generated/upgradeplan.ts';
import type { BatchProcess } from '../../src/api/generated/upgradebatch.ts';
import { buildPodSpec } from '../../src/core/rollout/manifests/job.ts';
import { openTurn, ReporterHarness, useRealSockets } from '../adapter/reporter/reporter-harness.ts';
import { requirePrerequisites } from '../cluster/prerequisites.ts';
import type { CommandResult } from '../cluster/run-command.ts';
import { PretendedHost, type Commands } from '../support/pretended-host.ts';

const EXAMPLES = new URL('../../docs/examples/', import.meta.url);

function planOf(file: string): UpgradePlan {
  const [document] = parseAllDocuments(readFileSync(new URL(file, EXAMPLES), 'utf8'));
  return document?.toJS() as UpgradePlan;
}

type Which = 'job' | 'rollback' | 'verify';

function templateOf(process: UpgradeProcess, which: Which): unknown {
  if (which === 'verify') return process.verify?.job?.template;
  return which === 'rollback' ? process.job?.rollback?.template : process.job?.template;
}

/** The commands of a Debian host. */
const HOST: Commands = {
  'apt-get': `
    [ "$DEBIAN_FRONTEND" = noninteractive ] || echo "asks questions"
    [ ! -e /apt-output ] || cat /apt-output
    [ ! -e /apt-code ] || exit "$(cat /apt-code)"`,
  systemctl: '',
  'update-grub': '',
};

let host: PretendedHost;
let reporter: ReporterHarness;

useRealSockets();
beforeAll(() => requirePrerequisites({ realNodes: true, scripts: true }), 300_000);
beforeEach(async () => {
  host = new PretendedHost(HOST);
  host.write('/run/.keep', '');
  reporter = await ReporterHarness.create();
});
afterEach(async () => {
  await reporter.dispose();
  host.dispose();
});

/** Runs the container of a plan's only process as the operator and the kubelet would, from the version old. */
function run(file: string, which: Which = 'job'): Promise<CommandResult> {
  const plan = planOf(file);
  const [process] = plan.spec.processes;
  if (process === undefined) throw new Error(`${file} has no process`);
  const { version } = plan.spec;
  return host.runPod(
    buildPodSpec({
      ...{ namespace: 'fleet', plan: plan.metadata.name, version, batch: `${plan.metadata.name}-7f3c-1`, revision: '7f3c' },
      process: { name: process.name, report: process.report, template: templateOf(process, which) } as BatchProcess,
      ...{ node: 'node-217', hostname: 'node-217', attempt: 1, fromVersion: 'old' },
    }),
  );
}

/** Starts a reporter on the host whose turn has this process. */
async function startReporter(process: string): Promise<void> {
  reporter.view = openTurn({ processes: [process] });
  await reporter.start({ socketPath: host.path('/run/baton/report.sock') });
}

function reported(): readonly (string | undefined)[] {
  return [...reporter.events.events.values()].map(({ reason }) => reason);
}

describe('docs/examples/debian-packages.yaml', () => {
  const UPGRADE = [
    'apt-get --quiet update',
    'apt-get --quiet --yes -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold dist-upgrade',
  ];

  it('updates the packages, announces the reboot that they require, and reboots the host', async () => {
    await startReporter('packages');
    host.write('/run/reboot-required', '');

    expect(await run('debian-packages.yaml')).toMatchObject({ code: 0, stdout: expect.not.stringContaining('asks questions') });

    expect(host.calls).toEqual([...UPGRADE, 'systemctl reboot']);
    expect(reported()).toEqual(['UpgradeStarted', 'UpgradeRebooting']);
  });

  it('reports that no reboot is required, and does not reboot', async () => {
    await startReporter('packages');

    expect(await run('debian-packages.yaml')).toMatchObject({ code: 0 });

    expect(host.calls).toEqual(UPGRADE);
    expect(reported()).toEqual(['UpgradeStarted', 'UpgradeSucceeded']);
  });

  it('fails with the last words of apt-get, and does not reboot', async () => {
    await startReporter('packages');
    host.write('/run/reboot-required', '');
    host.write('/apt-output', 'E: Unable to fetch some archives\n');
    host.write('/apt-code', '100');

    const { code, stdout } = await run('debian-packages.yaml');

    expect(code).toBe(100);
    expect(stdout.trimEnd()).toMatch(/E: Unable to fetch some archives$/);
    expect(host.calls).toEqual(['apt-get --quiet update']);
  });

  it.each([
    { what: 'is up to date', code: 0, last: '' },
    {
      what: 'has packages to update',
      output: 'Inst libc6 [2.41-12] (2.41-13)\n',
      code: 1,
      last: 'these packages are not up to date',
    },
    { what: 'still requires a reboot', reboot: true, code: 1, last: 'the host still requires a reboot' },
    { what: 'has a broken package database', aptCode: '100', output: 'E: dpkg was interrupted\n', code: 100, last: '' },
  ])('verifies a host that $what', async ({ output, aptCode, reboot, code, last }) => {
    if (output !== undefined) host.write('/apt-output', output);
    if (aptCode !== undefined) host.write('/apt-code', aptCode);
    if (reboot === true) host.write('/run/reboot-required', '');

    const result = await run('debian-packages.yaml', 'verify');

    expect(result.code).toBe(code);
    expect(result.stdout.trimEnd().split('\n').at(-1)).toBe(last);
    expect(host.calls).toEqual(['apt-get --simulate dist-upgrade']);
  });
});

describe('docs/examples/reboot-required.yaml', () => {
  it('announces a reboot that is required, and reboots the host', async () => {
    await startReporter('reboot');
    host.write('/run/reboot-required', '');

    expect(await run('reboot-required.yaml')).toMatchObject({ code: 0 });

    expect(host.calls).toEqual(['systemctl reboot']);
    expect(reported()).toEqual(['UpgradeRebooting']);
  });

  it('reports success on a host that requires none', async () => {
    await startReporter('reboot');

    expect(await run('reboot-required.yaml')).toMatchObject({ code: 0 });

    expect(host.calls).toEqual([]);
    expect(reported()).toEqual(['UpgradeSucceeded']);
  });

  it('does not reboot if the reboot cannot be announced', async () => {
    host.write('/run/reboot-required', '');

    const { code } = await run('reboot-required.yaml');

    expect(code).not.toBe(0);
    expect(host.calls).toEqual([]);
  }, 60_000);
});

describe('docs/examples/kernel.yaml', () => {
  const { version } = planOf('kernel.yaml').spec;
  const entry = (kernel: string): string =>
    ['advanced', 'recovery']
      .map(
        (kind) =>
          `\tmenuentry 'Debian GNU/Linux, with Linux ${kernel}' --class debian $menuentry_id_option 'gnulinux-${kernel}-${kind}-11-22' {\n\t}\n`,
      )
      .join('');
  const config = (...kernels: readonly string[]): string =>
    [
      "menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'gnulinux-simple-11-22' {\n}\n",
      "submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-11-22' {\n",
      ...kernels.map(entry),
      '}\n',
    ].join('');
  const chosen = '/etc/default/grub.d/zz-baton-kernel.cfg';
  const INSTALL = ['apt-get --quiet update', `apt-get --quiet --yes -o DPkg::Lock::Timeout=300 install linux-image-${version}`];

  beforeEach(() => {
    host.write('/etc/default/grub.d/.keep', '');
  });

  it('installs the kernel, makes GRUB boot it, and reboots the host', async () => {
    host.write('/boot/grub/grub.cfg', config('6.99.0+deb13-amd64', version, 'old'));

    expect(await run('kernel.yaml')).toMatchObject({ code: 0 });

    expect(host.calls).toEqual([...INSTALL, 'update-grub', 'systemctl reboot']);
    expect(host.read(chosen)).toBe(`GRUB_DEFAULT="gnulinux-advanced-11-22>gnulinux-${version}-advanced-11-22"\n`);
  });

  it('finds the entry of a GRUB without submenus', async () => {
    host.write('/boot/grub/grub.cfg', entry(version).replaceAll('\t', ''));

    expect(await run('kernel.yaml')).toMatchObject({ code: 0 });

    expect(host.read(chosen)).toBe(`GRUB_DEFAULT="gnulinux-${version}-advanced-11-22"\n`);
  });

  it('fails without a reboot if GRUB has no entry for the kernel', async () => {
    host.write('/boot/grub/grub.cfg', config('old'));

    const { code, stdout } = await run('kernel.yaml');

    expect(code).toBe(1);
    expect(stdout.trimEnd()).toBe(`GRUB has no entry for kernel ${version}`);
    expect(host.calls).toEqual(INSTALL);
    expect(host.read(chosen)).toBeUndefined();
  });

  it('goes back to the kernel that the host came from', async () => {
    host.write('/boot/grub/grub.cfg', config(version, 'old'));

    expect(await run('kernel.yaml', 'rollback')).toMatchObject({ code: 0 });

    expect(host.calls).toEqual(['update-grub', 'systemctl reboot']);
    expect(host.read(chosen)).toBe('GRUB_DEFAULT="gnulinux-advanced-11-22>gnulinux-old-advanced-11-22"\n');
  });
});

describe('docs/examples/minimal.yaml', () => {
  it('says which node is at which version', async () => {
    expect(await run('minimal.yaml')).toMatchObject({ code: 0, stdout: 'node-217 is at version 1\n' });
    expect(host.calls).toEqual([]);
  });
});

describe('docs/examples/firmware.md', () => {
  const [, script = ''] = /```sh\n(#!\/bin\/sh\n.*?)```/s.exec(readFileSync(new URL('firmware.md', EXAMPLES), 'utf8')) ?? [];
  const directories = ['/etc', '/run', '/sys', '/var/lib'];
  const LOOK = `kubectl --kubeconfig /etc/kubernetes/kubelet.conf get node node-217 -o jsonpath={.metadata.labels.baton\\.dev/process}`;
  const UPDATE = 'fwupdmgr update --assume-yes --no-reboot-check';
  const label = '/etc/kubernetes/node-feature-discovery/features.d/bios';

  function setUp({ turn = 'firmware', update = 0 }: { readonly turn?: string; readonly update?: number } = {}): void {
    host.dispose();
    host = new PretendedHost({ kubectl: `echo ${turn}`, fwupdmgr: `exit ${update}`, systemctl: '', hostname: 'echo node-217' });
    for (const directory of directories) host.write(`${directory}/.keep`, '');
    host.write('/sys/class/dmi/id/bios_version', '2.18.1\n');
  }

  async function runOnHost(): Promise<CommandResult> {
    await startReporter('firmware');
    return host.runScript(script, directories);
  }

  it('only writes the version down while it is not the turn of the firmware', async () => {
    setUp({ turn: '' });

    expect(await runOnHost()).toMatchObject({ code: 0 });

    expect(host.calls).toEqual(['hostname', LOOK]);
    expect(host.read(label)).toBe('firmware.example.com/bios=2.18.1\n');
    expect(reported()).toEqual([]);
  });

  it('updates the firmware in its turn, announces the reboot, and reboots', async () => {
    setUp();

    expect(await runOnHost()).toMatchObject({ code: 0 });

    expect(host.calls).toEqual(['hostname', LOOK, UPDATE, 'systemctl reboot']);
    expect(reported()).toEqual(['UpgradeStarted', 'UpgradeRebooting']);
  });

  it('waits for the label after the reboot', async () => {
    setUp({ update: 2 });
    host.write('/var/lib/firmware-turn', '2.17.0\n');

    expect(await runOnHost()).toMatchObject({ code: 0 });

    expect(host.calls).not.toContain('systemctl reboot');
    expect(reported()).not.toContain('UpgradeFailed');
    expect(existsSync(host.path('/var/lib/firmware-turn'))).toBe(false);
  });

  it.each([
    { what: 'the update fails', update: 1, calls: [UPDATE], note: 'node-217/firmware: fwupdmgr exited with 1' },
    {
      what: 'the version is the same after the update',
      tried: '2.18.1\n',
      calls: [],
      note: 'node-217/firmware: the host still runs 2.18.1 after the update',
    },
  ])('reports a failure if $what', async ({ update, tried, calls, note }) => {
    setUp(update === undefined ? {} : { update });
    if (tried !== undefined) host.write('/var/lib/firmware-turn', tried);

    expect(await runOnHost()).toMatchObject({ code: 1 });

    expect(host.calls).toEqual(['hostname', LOOK, ...calls]);
    expect([...reporter.events.events.values()].at(-1)).toMatchObject({ reason: 'UpgradeFailed', note });
  });
});

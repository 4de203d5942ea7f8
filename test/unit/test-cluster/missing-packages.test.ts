import { describe, expect, it } from '@jest/globals';
import { installPackages } from '../../cluster/debian-packages.ts';
import { decidePackages, type PackageQuestion } from '../../cluster/package-decision.ts';

const runc = { what: 'runc', package: 'runc' };
const unshare = { what: 'unshare', package: 'util-linux' };
const nsenter = { what: 'nsenter', package: 'util-linux' };
const install = 'apt-get update && apt-get install -y --no-install-recommends runc util-linux';
const named = 'the test cluster needs programs that are not installed: runc, unshare, nsenter.';

/** Root on a Debian-like machine, where three programs of two packages are missing. */
const root: PackageQuestion = {
  platform: 'linux',
  uid: 0,
  isDebianLike: true,
  install: undefined,
  missing: [runc, unshare, nsenter],
  needsRoot: true,
};
const installs = { kind: 'Install', packages: ['runc', 'util-linux'] };
const goesOn = { kind: 'Continue' };
const needsRoot = 'a cluster with real nodes needs root, for namespaces and mounts. Run the same command as root';

function failsWith(...lines: readonly string[]): unknown {
  return { kind: 'Fail', message: lines.join('\n') };
}

interface Case {
  readonly machine: string;
  readonly question: Partial<PackageQuestion>;
  readonly decision: unknown;
}

const cases: readonly Case[] = [
  { machine: 'root on Debian', question: {}, decision: installs },
  { machine: 'root on Debian with INSTALL=yes', question: { install: 'yes' }, decision: installs },
  { machine: 'root on Debian with INSTALL empty', question: { install: '' }, decision: installs },
  { machine: 'root on Debian with nothing missing', question: { missing: [] }, decision: goesOn },
  { machine: 'root on Debian with nothing missing and INSTALL=no', question: { missing: [], install: 'no' }, decision: goesOn },
  {
    machine: 'root on Debian with INSTALL=no',
    question: { install: 'no' },
    decision: failsWith(named, `To install them, run: ${install}`),
  },
  {
    machine: 'root on Debian with another value of INSTALL',
    question: { install: 'never' },
    decision: failsWith(
      'INSTALL=never is not supported; use INSTALL=yes or INSTALL=no.',
      named,
      `To install them, run: ${install}`,
    ),
  },
  {
    machine: 'root without apt-get',
    question: { isDebianLike: false },
    decision: failsWith(named, `Install them with the package manager of this machine. On Debian the command is: ${install}`),
  },
  {
    machine: 'a user on Debian who wants an API server only',
    question: { uid: 1000, needsRoot: false },
    decision: failsWith(named, `To install them, run as root: ${install}`),
  },
  {
    machine: 'a user with nothing missing who wants an API server only',
    question: { uid: 1000, needsRoot: false, missing: [] },
    decision: goesOn,
  },
  {
    machine: 'a user on Debian who wants real nodes',
    question: { uid: 1000 },
    decision: failsWith(`${needsRoot}.`, named, `To install them, run as root: ${install}`),
  },
  {
    machine: 'a user with nothing missing who wants real nodes',
    question: { uid: 1000, missing: [], withoutRoot: 'use --control-plane-only' },
    decision: failsWith(`${needsRoot}, or use --control-plane-only.`),
  },
  {
    machine: 'a Mac',
    question: { platform: 'darwin', uid: 501, isDebianLike: false },
    decision: failsWith('the test cluster needs Linux; this is darwin'),
  },
  {
    machine: 'Windows',
    question: { platform: 'win32', uid: undefined, isDebianLike: false, needsRoot: false },
    decision: failsWith('the test cluster needs Linux; this is win32'),
  },
];

describe('Missing packages', () => {
  it.each(cases)('are decided on for $machine', ({ question, decision }) => {
    expect(decidePackages({ ...root, ...question })).toEqual(decision);
  });
});

describe('An installation of packages', () => {
  const done = { code: 0, stdout: '', stderr: '' };

  async function installing(
    outcomes: readonly Partial<typeof done>[],
  ): Promise<{ ran: readonly string[]; error: string | undefined }> {
    const ran: string[] = [];
    const outcome = installPackages(['runc', 'util-linux'], (command, args) => {
      ran.push([command, ...args].join(' '));
      return Promise.resolve({ ...done, ...outcomes[ran.length - 1] });
    });
    return {
      ran,
      error: await outcome.then(
        () => undefined,
        (error: unknown) => String(error),
      ),
    };
  }

  it('refreshes the lists of packages, then installs without removing any', async () => {
    const { ran, error } = await installing([]);
    expect(error).toBeUndefined();
    expect(ran).toEqual([
      'apt-get update -q',
      'apt-get install -q -y --no-install-recommends --no-remove -o DPkg::Lock::Timeout=300 runc util-linux',
    ]);
  });

  it('says what to do when the lists cannot be refreshed, and installs nothing', async () => {
    const { ran, error } = await installing([{ code: 100, stderr: 'E: Could not resolve host\n' }]);
    expect(ran).toEqual(['apt-get update -q']);
    expect(error).toBe(
      'Error: apt-get update failed, so these Debian packages are still missing: runc util-linux.\n' +
        'Check the network connection and the package sources in /etc/apt, then run the same command again.\n' +
        `Or install them yourself: ${install}\n` +
        'E: Could not resolve host',
    );
  });

  it('shows the warnings of the refresh as well when the installation fails', async () => {
    const { error } = await installing([
      { stderr: 'W: Failed to fetch InRelease\n' },
      { code: 100, stderr: 'E: Unable to locate package runc\n' },
    ]);
    expect(error).toMatch(/^Error: apt-get install failed, /);
    expect(error).toMatch(/W: Failed to fetch InRelease\nE: Unable to locate package runc$/);
  });
});

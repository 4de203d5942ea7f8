import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { notifiedCommands } from '../../../../../src/core/notification/consolidation/commands.ts';
import type { CommandInput } from '../../../../../src/core/notification/consolidation/commands.ts';
import { nodeNames } from '../a-batch.ts';

const INPUT: CommandInput = {
  namespace: 'fleet',
  plan: 'kernel',
  batch: 'kernel-7f3c-5',
  quarantined: [],
  quarantinedUnnamed: 0,
  retriable: undefined,
  ofAllBatches: false,
  budget: undefined,
  paused: undefined,
  awaitsApproval: false,
  revision: '7f3c9a1b2d',
  rollback: undefined,
  awaitsRollback: false,
  hasReports: false,
};

/** Stands in for kubectl: `get` answers with a batch's quarantined nodes as the jsonpath of the command would, `create` prints what it was given. */
const FAKE_KUBECTL = `#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
case "$1" in
  get) printf '"node-1","node-2",' ;;
  create) cat ;;
esac
`;

/** Pastes a command into bash; returns what kubectl was called with and what `kubectl create` would have made. */
function paste(command: string): { calls: string[]; created: unknown } {
  const directory = mkdtempSync(join(tmpdir(), 'baton-paste-'));
  try {
    writeFileSync(join(directory, 'kubectl'), FAKE_KUBECTL, { mode: 0o755 });
    const path = `${directory}:${process.env['PATH'] ?? ''}`;
    const output = execFileSync('bash', ['--norc', '-c', command], { encoding: 'utf8', env: { PATH: path } });
    const calls = readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n');
    return { calls, created: command.startsWith('kubectl create') ? JSON.parse(output) : undefined };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function commandFor(purpose: string, input: Partial<CommandInput>): string {
  return notifiedCommands({ ...INPUT, ...input }).find((command) => command.purpose === purpose)?.command ?? '';
}

describe('The commands of a notification, pasted into bash', () => {
  it('release the named nodes', () => {
    const { calls, created } = paste(commandFor('Release', { quarantined: ['node-10', 'node-9'] }));

    expect(calls).toEqual(['create -n fleet -f -']);
    expect(created).toEqual({
      apiVersion: 'baton.dev/v1alpha1',
      kind: 'UpgradeAction',
      metadata: { generateName: 'release-' },
      spec: { plan: 'kernel', action: 'Release', nodes: ['node-9', 'node-10'] },
    });
  });

  it('release many nodes by reading their names from the batch', () => {
    const { calls, created } = paste(commandFor('Release', { quarantined: nodeNames(1, 1000) }));

    expect(calls).toContain(
      'get ubatch kernel-7f3c-5 -n fleet -o jsonpath={range .status.nodes[?(@.quarantined==true)]}"{.name}",{end}',
    );
    expect(created).toMatchObject({ spec: { action: 'Release', nodes: ['node-1', 'node-2'] } });
  });

  it('release the nodes of all batches', () => {
    const { calls } = paste(commandFor('Release', { quarantinedUnnamed: 9, ofAllBatches: true }));

    expect(calls).toContain(
      'get ubatch -l baton.dev/plan=kernel -n fleet -o jsonpath={range .items[*].status.nodes[?(@.quarantined==true)]}"{.name}",{end}',
    );
  });

  it('resume the plan after the named batch', () => {
    const { created } = paste(commandFor('Resume', { paused: { maxFailed: 12 } }));

    expect(created).toMatchObject({
      metadata: { generateName: 'resume-' },
      spec: { plan: 'kernel', action: 'Resume', batch: 'kernel-7f3c-5', maxFailed: 12 },
    });
  });

  it.each([
    ['Retry', { retriable: { batch: 'kernel-7f3c-5' } }],
    ['Abort', { awaitsApproval: true }],
  ] as const)('%s names the batch', (action, input) => {
    const { created } = paste(commandFor(action, input));

    expect(created).toMatchObject({ spec: { plan: 'kernel', action, batch: 'kernel-7f3c-5' } });
  });

  it('approve the named batch', () => {
    const { created } = paste(commandFor('Approve', { awaitsApproval: true }));

    expect(created).toMatchObject({ spec: { plan: 'kernel', action: 'Approve', batch: 'kernel-7f3c-5' } });
  });

  it.each([
    ['the batch', { rollback: 'Batch' }, { batch: 'kernel-7f3c-5' }],
    ['all of the revision', { rollback: 'Plan' }, { revision: '7f3c9a1b' }],
  ] as const)('roll back %s', (_, input, spec) => {
    const { created } = paste(commandFor('Rollback', input));
    expect(created).toMatchObject({ spec: { plan: 'kernel', action: 'Rollback', ...spec } });
  });

  it.each([
    ['Events', 'events --for upgradebatch/kernel-7f3c-5 -n fleet'],
    ['DisruptionBudget', 'describe pdb cart -n shop'],
    ['Describe', 'describe ubatch kernel-7f3c-5 -n fleet'],
    ['Status', 'get ubatch,uplan -n fleet'],
  ])('look: %s', (purpose, call) => {
    expect(paste(commandFor(purpose, { hasReports: true, budget: 'shop/cart' })).calls).toEqual([call]);
  });

  it('fit into a message', () => {
    const longest = { namespace: 'n'.repeat(63), plan: 'p'.repeat(40), batch: 'b'.repeat(63) };
    const acts = [1, 4, 5, 1000].map((nodes) =>
      notifiedCommands({
        ...INPUT,
        ...longest,
        retriable: { batch: longest.batch },
        paused: {},
        hasReports: true,
        quarantined: Array.from({ length: nodes }, (_, i) => `${i}${'x'.repeat(55)}`),
      })
        .filter(({ purpose }) => ['Retry', 'Resume', 'Abort'].includes(purpose))
        .reduce((sum, { command }) => sum + command.length, 0),
    );

    expect(Math.max(...acts)).toBeLessThanOrEqual(1400);
  });
});

describe('The list of commands', () => {
  it.each([
    { title: 'nothing is wrong', input: {}, purposes: ['Describe', 'Status'] },
    { title: 'processes reported', input: { hasReports: true }, purposes: ['Events', 'Describe', 'Status'] },
    { title: 'a node is quarantined', input: { quarantined: ['node-1'] }, purposes: ['Release', 'Describe', 'Status'] },
    {
      title: 'the plan is paused by its budget',
      input: { retriable: { batch: 'kernel-7f3c-5' }, paused: {} },
      purposes: ['Retry', 'Resume', 'Abort', 'Describe', 'Status'],
    },
    {
      title: 'a rollback may follow',
      input: { paused: {}, rollback: 'Batch' as const },
      purposes: ['Resume', 'Rollback', 'Abort', 'Describe', 'Status'],
    },
    {
      title: 'a rollback awaits approval',
      input: { paused: {}, rollback: 'Batch' as const, awaitsRollback: true, quarantined: ['node-1'] },
      purposes: ['Rollback', 'Release', 'Resume', 'Abort', 'Describe', 'Status'],
    },
    {
      title: 'the batch waits for approval',
      input: { awaitsApproval: true },
      purposes: ['Approve', 'Abort', 'Describe', 'Status'],
    },
  ])('if $title: $purposes', ({ input, purposes }) => {
    expect(notifiedCommands({ ...INPUT, ...input }).map((command) => command.purpose)).toEqual(purposes);
  });
});

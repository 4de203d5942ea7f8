import { describe, expect, it } from '@jest/globals';
import type { JobProcess, UpgradePlan, UpgradeProcess } from '../../../../../src/api/generated/upgradeplan.ts';
import { revisionOf } from '../../../../../src/core/rollout/fleet/revision.ts';
import { aDrain, aPlan, aProcess, hash, type PlanChanges } from '../support/objects.ts';

const image = (name: string): JobProcess => ({
  template: { spec: { containers: [{ name: 'upgrade', image: name, env: [{ name: 'A', value: '1' }] }] } },
});
const PROCESSES = [aProcess({ name: 'firmware', job: image('fw:7') }), aProcess({ job: image('os:1') })];
/** The same process, left to the node's own updater. */
function external({ job: _job, ...process }: UpgradeProcess): UpgradeProcess {
  return { ...process, external: {} };
}
const PLAN = aPlan({ processes: PROCESSES });

function changed(spec: PlanChanges, meta: Partial<UpgradePlan['metadata']> = {}): boolean {
  return revisionOf(aPlan({ processes: PROCESSES, ...spec }, meta), hash) !== revisionOf(PLAN, hash);
}

describe('The revision of a plan changes with', () => {
  it.each<readonly [string, PlanChanges]>([
    ['the version', { version: '13' }],
    ['the name of a process', { processes: [PROCESSES[0]!, { ...PROCESSES[1]!, name: 'kernel' }] }],
    ['a template', { processes: [PROCESSES[0]!, { ...PROCESSES[1]!, job: image('os:2') }] }],
    ['another way to do it', { processes: [PROCESSES[0]!, external(PROCESSES[1]!)] }],
    ['a process more', { processes: [...PROCESSES, aProcess({ name: 'cni' })] }],
    ['a process less', { processes: PROCESSES.slice(1) }],
    ['the order of processes', { processes: PROCESSES.toReversed() }],
  ])('%s', (_, spec) => {
    expect(changed(spec)).toBe(true);
  });
});

describe('The revision of a plan does not change with', () => {
  it.each<readonly [string, PlanChanges]>([
    ['the selector', { nodeSelector: { matchLabels: { role: 'storage' } } }],
    ['a pause', { paused: true }],
    ['maxUnavailable', { maxUnavailable: '50%' }],
    ['the batches', { batches: [{ size: 9 }] }],
    ['the failure policy', { failure: { maxFailed: 9 } }],
    ['the drain policy', { drain: aDrain({ mode: 'Cordon', timeoutSeconds: 60, emptyDirData: 'Delete' }) }],
    ['the sinks', { notify: { sinks: [] } }],
    ['what a process does to the host', { processes: [PROCESSES[0]!, { ...PROCESSES[1]!, disruption: 'None' }] }],
    ['how a process reports', { processes: [PROCESSES[0]!, { ...PROCESSES[1]!, report: 'Socket' }] }],
    ['a deadline', { processes: [PROCESSES[0]!, { ...PROCESSES[1]!, timing: { deadlineSeconds: 9 } }] }],
    [
      'the selector of a process',
      { processes: [PROCESSES[0]!, { ...PROCESSES[1]!, nodeSelector: { matchLabels: { disks: 'yes' } } }] },
    ],
  ])('%s', (_, spec) => {
    expect(changed(spec)).toBe(false);
  });

  it('labels, generations and the order of keys', () => {
    expect(changed({}, { generation: 9, labels: { team: 'os' } })).toBe(false);
    const template = { spec: { containers: [{ env: [{ value: '1', name: 'A' }], image: 'os:1', name: 'upgrade' }] } };
    expect(changed({ processes: [PROCESSES[0]!, aProcess({ job: { template } })] })).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import type { BatchProcess, NodeRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import type { JobFact } from '../../../../../src/core/facts.ts';
import { jobName } from '../../../../../src/core/rollout/manifests/job.ts';
import type { NodeInput, NodeResult } from '../../../../../src/core/rollout/turn/node-input.ts';
import { advanceTurn } from '../../../../../src/core/rollout/turn/advance-turn.ts';
import { aJob, aReport, inTurn } from '../support/facts.ts';
import { aNodeInput } from '../support/node-input.ts';
import { aBatch, at, hash, timeAt } from '../support/objects.ts';

const COMPLETE: Partial<JobFact> = { outcome: 'Complete', completedTime: at(50) };
const FAILED: Partial<JobFact> = { outcome: 'Failed', reason: 'BackoffLimitExceeded', message: 'failed', failedTime: at(60) };

function process(name: string, changes: Partial<BatchProcess> = {}): BatchProcess {
  return { name, disruption: 'Drain', report: 'None', deadlineSeconds: 600, template: { spec: { containers: [] } }, ...changes };
}

/** A turn in which first `firmware`, then `os` runs. */
function advance(changes: Partial<NodeInput> & { readonly processes?: readonly BatchProcess[] } = {}): NodeResult {
  const { processes = [process('firmware'), process('os')], ...rest } = changes;
  const nodes = [{ name: 'node-1', uid: 'uid-of-node-1', processes: processes.map(({ name }) => name) }];
  const batch = aBatch([], { spec: { processes, nodes } });
  const given = changes.node ?? inTurn('node-1');
  const names = processes.map(({ name }) => name);
  const node = given.turn === undefined ? given : { ...given, turn: { ...given.turn, processes: names } };
  return advanceTurn(
    aNodeInput(batch, {
      ...rest,
      node,
    }),
    node,
  );
}

function created({ commands }: NodeResult): readonly unknown[] {
  return commands.flatMap((command) =>
    command.kind === 'CreateJob' ? [(command.job['metadata'] as { name: string }).name] : [],
  );
}

const nameOf = (name: string): string => jobName('uid-of-os-aaaa-1', 'uid-of-node-1', name, 1, hash);
const firmware = (changes: Partial<JobFact>): JobFact =>
  aJob('node-1', { process: 'firmware', name: 'f', uid: 'uid-of-f', ...changes });

describe('The processes of a turn', () => {
  it('begin with the first', () => {
    expect(created(advance())).toEqual([nameOf('firmware')]);
    expect(advance().record).toEqual({ name: 'node-1', state: 'Upgrading', startTime: timeAt(0) });
  });

  it('run one after the other', () => {
    expect(created(advance({ jobs: [firmware({})] }))).toEqual([]);
    expect(created(advance({ jobs: [firmware(COMPLETE)] }))).toEqual([nameOf('os')]);
  });

  it('stop at the first that fails', () => {
    const { record, commands } = advance({ jobs: [firmware(FAILED)] });
    expect(commands).toEqual([]);
    expect(record).toMatchObject({
      state: 'Failed',
      reason: 'JobFailed',
      message: 'failed',
      quarantined: true,
      endTime: timeAt(60),
    });
    expect(record.processes).toHaveLength(1);
  });

  it('end the turn when all have succeeded and the node is Ready', () => {
    const { record, commands } = advance({ jobs: [firmware(COMPLETE), aJob('node-1', { ...COMPLETE, completedTime: at(90) })] });
    expect(record).toMatchObject({ state: 'Succeeded', startTime: timeAt(0), endTime: timeAt(90) });
    expect(commands).toMatchObject([{ kind: 'CloseTurn', done: { revision: 'aaaa1111', version: '12.9', time: timeAt(90) } }]);
  });

  it('are distinguished by name and attempt', () => {
    expect(created(advance({ jobs: [aJob('node-1', { ...COMPLETE, process: 'firmware', attempt: 2 })] }))).toEqual([
      nameOf('firmware'),
    ]);
  });

  it('that verify make the node verify', () => {
    const reports = [aReport('node-1', 'UpgradeRebooting')];
    const { record } = advance({ processes: [process('os', { disruption: 'Reboot' })], jobs: [aJob('node-1')], reports });
    expect(record).toMatchObject({ state: 'Verifying', message: 'rebooting', processes: [{ rebooting: true }] });
  });

  it('that are past their deadline make the node overdue', () => {
    expect(advance({ jobs: [firmware({})], now: at(700) }).record).toMatchObject({ state: 'Upgrading', overdue: true });
    expect(advance({ jobs: [firmware({})] }).record).not.toHaveProperty('overdue');
  });

  it('do not believe the reports of another process', () => {
    const reports = [aReport('node-1', 'UpgradeRebooting', { process: 'firmware' })];
    expect(advance({ processes: [process('os', { disruption: 'Reboot' })], jobs: [aJob('node-1')], reports }).record.state).toBe(
      'Upgrading',
    );
  });
});

describe('The version before', () => {
  const earlier = { revision: 'old', version: '12.8', batch: 'os-9999-3', time: timeAt(0) };
  it('is that of the mark of the earlier revision, and is passed to the upgrade', () => {
    const processes = [process('os', { template: { spec: { containers: [{ name: 'upgrade', image: 'os' }] } } })];
    const result = advance({ processes, node: inTurn('node-1', 'os-aaaa-1', { done: earlier }) });
    expect(result.record.fromVersion).toBe('12.8');
    expect(JSON.stringify(result.commands)).toContain('"BATON_FROM_VERSION","value":"12.8"');
  });

  it('stays as it was recorded', () => {
    const before: NodeRecord = { name: 'node-1', state: 'Upgrading', fromVersion: '12.7' };
    expect(advance({ before }).record.fromVersion).toBe('12.7');
  });
});

describe('A node that is not Ready after its last process', () => {
  const node = inTurn('node-1', 'os-aaaa-1', { ready: false });
  const jobs = [aJob('node-1', COMPLETE)];
  const processes = [process('os')];

  it('is waited for', () => {
    const result = advance({ node, jobs, processes });
    expect(result.record).toMatchObject({ state: 'Verifying', message: 'waiting for the node to be Ready' });
    expect(result.requeueAt).toBe(at(651));
  });

  it('fails when that takes longer than the process may', () => {
    expect(advance({ node, jobs, processes, now: at(651) }).record).toMatchObject({
      state: 'Failed',
      reason: 'NodeNotReady',
      message: 'not Ready within 600 s after its last process',
      quarantined: true,
    });
  });
});

describe('A Job that the API server rejects', () => {
  it('fails the node, without quarantine when nothing has run', () => {
    const { record, commands } = advance({ jobRejections: new Map([[nameOf('firmware'), 'denied by policy']]) });
    expect(record).toMatchObject({ state: 'Failed', reason: 'JobRefused', message: 'denied by policy' });
    expect(record).not.toHaveProperty('quarantined');
    expect(commands).toEqual([]);
  });

  it('fails the node with quarantine when an earlier process has run', () => {
    const { record } = advance({ jobs: [firmware(COMPLETE)], jobRejections: new Map([[nameOf('os'), 'denied']]) });
    expect(record).toMatchObject({ state: 'Failed', reason: 'JobRefused', quarantined: true });
  });
});

describe('A process that reports by the socket', () => {
  const processes = [process('os', { report: 'Socket' })];
  it.each<readonly [string, Partial<NodeInput>, number]>([
    ['waits for the reporter', { now: at(29) }, 0],
    ['starts when the reporter is ready', { now: at(29), reporterReady: true }, 1],
    ['starts after 30 s without it', { now: at(30) }, 1],
    ['starts at once where no reporters are installed', { now: at(1), reporterInstalled: false }, 1],
  ])('%s', (_, changes, jobs) => {
    expect(created(advance({ processes, ...changes }))).toHaveLength(jobs);
  });

  it('says that it waits', () => {
    const result = advance({ processes, now: at(29) });
    expect(result.record).toMatchObject({ state: 'Upgrading', message: 'waiting for the reporter' });
    expect(result.requeueAt).toBe(at(30));
  });
});

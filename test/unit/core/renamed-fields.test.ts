import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { readBatch, readPlan, RENAMED_FIELDS, withoutFormerNames } from '../../../src/core/renamed-fields.ts';
import { isDeprecated, readCrds, storedVersion, type Schema } from '../../../src/generate/crd.ts';
import { aBatch, aPlan } from './rollout/support/objects.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const TIME = '2026-11-22T08:00:00Z';

/** The deprecated fields of a schema, each as its path and the sentence that says what replaces it. */
function deprecatedFields(schema: Schema, path = ''): readonly (readonly [string, string])[] {
  const items = schema.items === undefined ? [] : deprecatedFields(schema.items, `${path}[]`);
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return isDeprecated(field) ? [[at, field.description ?? ''] as const] : deprecatedFields(field, at);
  });
  return [...items, ...fields];
}

function schemaAt(schema: Schema | undefined, path: readonly string[]): Schema | undefined {
  const [step = '', ...rest] = path;
  if (step === '') return schema;
  const field = schema?.properties?.[step.replace(/\[\]$/, '')];
  return schemaAt(step.endsWith('[]') ? field?.items : field, rest);
}

describe.each(Object.entries(RENAMED_FIELDS))('The renamed fields of %s', (kind, { fields }) => {
  const crd = readCrds(ROOT).find((each) => each.crd.spec.names.kind === kind)?.crd;
  if (crd === undefined) throw new Error(`the CRD of ${kind} is missing`);
  const schema = storedVersion(crd).schema.openAPIV3Schema;
  const renamed: ReadonlyMap<string, string> = new Map(Object.entries(fields));

  it('are the deprecated fields of its CRD', () => {
    const wanted = [...renamed].map(([path, name]) => {
      const former = path.split('.').at(-1);
      return [path, `${former} is deprecated: it is the former name of ${name}, and is read through 0.2.`];
    });
    // A field of an object that was renamed itself exists under the former name of that object only.
    const known = wanted.filter(([path = '']) => schemaAt(schema, path.split('.')) !== undefined);
    expect(deprecatedFields(schema).toSorted()).toEqual(known.toSorted());
  });

  it('are optional, and are replaced by optional fields of the same type', () => {
    for (const [path, name] of renamed) {
      const parent = path.split('.').slice(0, -1);
      const former = schemaAt(schema, path.split('.'));
      const current = schemaAt(schema, [...parent, name]);
      expect({ path, type: current?.type }).toEqual({ path, type: former?.type ?? current?.type });
      expect(schemaAt(schema, parent)?.required ?? []).not.toContain(path.split('.').at(-1));
    }
  });
});

describe('A plan that an earlier Baton wrote', () => {
  it('is read with the current names', () => {
    const written = { ...aPlan(), status: { lastMovedTime: TIME, nextOpening: TIME, agent: 'node-1' } };
    expect(readPlan(written).status).toEqual({ lastProgressTime: TIME, nextWindowTime: TIME, agent: 'node-1' });
  });

  it('is read by its current names where it has both', () => {
    const written = { ...aPlan(), status: { lastMovedTime: TIME, lastProgressTime: '2026-11-22T09:00:00Z' } };
    expect(readPlan(written).status).toEqual({ lastProgressTime: '2026-11-22T09:00:00Z' });
  });

  it('is not copied where nothing of it was renamed', () => {
    const [plan, batch] = [{ ...aPlan(), status: { agent: 'node-1' } }, aBatch(['node-1'])];
    expect(readPlan(plan)).toBe(plan);
    expect(readBatch(batch)).toBe(batch);
  });
});

describe('A batch that an earlier Baton wrote', () => {
  it('is read with the current names of its records', () => {
    const status = {
      nodes: [
        {
          ...{ name: 'node-1', state: 'Draining', told: ['NodeOverdue'] },
          drain: { pod: 'app/web-0', heldTime: TIME, evictTime: TIME, forceTime: TIME },
          processes: [{ name: 'os', state: 'Verifying', verifyLimitTime: TIME, verifySinceTime: TIME, wordTime: TIME }],
        },
        { name: 'node-2', state: 'Pending' },
      ],
    };
    expect(readBatch({ ...aBatch(['node-1', 'node-2']), status }).status).toEqual({
      nodes: [
        {
          ...{ name: 'node-1', state: 'Draining', raisedAlerts: ['NodeOverdue'] },
          drain: { pod: 'app/web-0', blockedSinceTime: TIME, evictionStartTime: TIME, forcedDeletionStartTime: TIME },
          processes: [
            { name: 'os', state: 'Verifying', verifyDeadlineTime: TIME, verifyStableSinceTime: TIME, lastHeardTime: TIME },
          ],
        },
        { name: 'node-2', state: 'Pending' },
      ],
    });
  });
});

it('The outlook and the summary of a batch that an earlier Baton wrote are read with the current names', () => {
  const { spec } = aBatch(['node-1']);
  const written = {
    ...aBatch(['node-1']),
    spec: { ...spec, stepRest: 500 },
    status: {
      summary: { nodes: 1, maxUnavailable: 3 },
      outlook: {
        ...{ next: 'Paused', message: 'paused', maxUnavailable: 2, rollback: 'Batch', batch: 2, nodes: 20, lastBatch: 7 },
        ...{ nextTime: TIME, wordTime: TIME, openUntilTime: TIME, opensTime: TIME },
      },
    },
  };
  const { spec: read, status } = readBatch(written);
  expect(read).toEqual({ ...spec, stepNodesRemaining: 500 });
  expect(status).toEqual({
    summary: { nodes: 1, peakUnavailable: 3 },
    outlook: {
      ...{ next: 'Paused', message: 'paused', maxUnavailable: 2 },
      ...{ rollbackScope: 'Batch', nextBatchIndex: 2, nextBatchNodes: 20, lastBatchIndex: 7 },
      ...{ nextBatchTime: TIME, nextNotificationTime: TIME, windowEndTime: TIME, nextWindowTime: TIME },
    },
  });
});

it('The story of a rollout that an earlier Baton wrote is read with the current names', () => {
  const action = { action: 'Resume', requestedBy: 'ben', time: TIME };
  const batches = [{ index: 1, kind: 'Upgrade', nodes: 1, succeeded: 1, failed: 0 }];
  const story = {
    ...{ startTime: TIME, batches: 1, shown: batches, mostUnavailable: 1, acts: [{ ...action, why: 'registry fixed' }] },
    ...{
      dependents: [{ plan: 'gpu', state: 'Unblocked', opensTime: TIME }],
      rollback: { of: 'os-1', rolledBack: 1, notBack: 0 },
    },
  };
  const outlook = { next: 'Done', message: 'done', story };
  expect(readBatch({ ...aBatch(['node-1']), status: { outlook } }).status?.outlook?.story).toEqual({
    ...{ startTime: TIME, batches: 1, listedBatches: batches, peakUnavailable: 1 },
    ...{
      actions: [{ ...action, reason: 'registry fixed' }],
      dependents: [{ plan: 'gpu', state: 'Unblocked', nextWindowTime: TIME }],
    },
    rollbackResult: { target: 'os-1', rolledBack: 1, notRolledBack: 0 },
  });
});

it('The notification of a batch that an earlier Baton wrote is read with the current names', () => {
  const notification = { id: 'batch-uid/1', standing: ['RolloutPaused'], troubleTime: TIME, addedTime: TIME };
  expect(readBatch({ ...aBatch(['node-1']), status: { notification } }).status?.notification).toEqual({
    ...{ id: 'batch-uid/1', activeAlerts: ['RolloutPaused'], pendingAlertTime: TIME, sinksAddedTime: TIME },
  });
});

describe('A reason that an earlier Baton wrote', () => {
  it('of a plan is read as the current one, but not the reason that a person gave', () => {
    const history = [{ action: 'Pause', name: 'pause-1', uid: 'uid', reason: 'PausedByAct', message: 'paused', time: TIME }];
    const status = {
      ...{
        reason: 'PausedByAct',
        waits: [{ reason: 'PausedByAct', seconds: 60 }],
        waiting: { reason: 'Frozen', sinceTime: TIME },
      },
      ...{ preflight: { observedGeneration: 1, warnings: [{ reason: 'NotAllRead', message: 'budgets: forbidden' }] }, history },
    };
    expect(readPlan({ ...aPlan(), status }).status).toEqual({
      ...{ reason: 'PausedByAction', waits: [{ reason: 'PausedByAction', seconds: 60 }] },
      waiting: { reason: 'Frozen', sinceTime: TIME },
      preflight: { observedGeneration: 1, warnings: [{ reason: 'ChecksIncomplete', message: 'budgets: forbidden' }] },
      history,
    });
  });

  it('of a batch is read as the current one', () => {
    const status = {
      nodes: [{ name: 'node-1', state: 'Skipped', reason: 'SkippedByAct' }],
      outlook: { next: 'Paused', reason: 'PausedByAct', message: 'paused' },
    };
    expect(readBatch({ ...aBatch(['node-1']), status }).status).toEqual({
      nodes: [{ name: 'node-1', state: 'Skipped', reason: 'SkippedByAction' }],
      outlook: { next: 'Paused', reason: 'PausedByAction', message: 'paused' },
    });
  });
});

describe('A status that is written', () => {
  it('removes what was stored under the former names', () => {
    expect(withoutFormerNames({ agent: 'node-1' }, 'UpgradePlan')).toEqual({
      agent: 'node-1',
      lastMovedTime: null,
      nextOpening: null,
    });
  });

  it('removes what was stored under the former names within an object, where that object is written', () => {
    expect(withoutFormerNames({ notification: { id: 'batch-uid/1' } }, 'UpgradeBatch')).toEqual({
      notification: { id: 'batch-uid/1', standing: null, troubleTime: null, addedTime: null },
    });
    expect(withoutFormerNames({ notification: null }, 'UpgradeBatch')).toEqual({ notification: null });
  });
});

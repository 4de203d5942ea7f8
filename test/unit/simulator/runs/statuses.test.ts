import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MINUTE, planYaml, Stage } from './support/stage.ts';

jest.setTimeout(300_000);

/** One that gets every message, and one that waits for the end of the rollout. */
const SINKS = `
notify:
  sinks:
    - {name: ops, webhook: {url: 'https://hooks.example/ops'}}
    - {name: lead, send: PlanEnd, webhook: {url: 'https://hooks.example/lead'}}
`;

/** Asks for something for the newest batch. */
async function act(stage: Stage, action: string): Promise<void> {
  const batch = stage.batches().at(-1)?.metadata.name ?? '';
  const outcome = stage.act({ action, batch, reason: 'somebody looks at it' });
  if (!outcome.ok) throw new Error(outcome.message);
  await stage.pass(2 * MINUTE);
}

// Statuses are merge patches, which keep every field that they do not name (E25).
describe('Statuses in the cluster', () => {
  let stage: Stage;
  /** How many patches were sent while nothing changed. */
  let patches: number;
  /** When the third batch was expected, before the rollout was aborted. */
  let expected: string | undefined;

  beforeAll(async () => {
    stage = await Stage.open({ hosts: 3, upgrades: () => ({ kind: 'Succeeds', ms: 20 * MINUTE }) });
    stage.apply(planYaml(`${SINKS}batches: [{size: 1}, {size: 1, soakSeconds: 3600}, {size: 1}]`));
    await stage.until('a node is in its turn', () => stage.claimed().length === 1);
    for (const action of ['Pause', 'Resume', 'Pause', 'Resume']) await act(stage, action);
    await stage.until('the second batch has begun', () => stage.batches().length === 2 && stage.claimed().length === 1);
    await stage.pass(5 * MINUTE);
    const { requests } = stage.simulation;
    const before = requests.byVerb['patch'] ?? 0;
    await stage.pass(10 * MINUTE);
    patches = (requests.byVerb['patch'] ?? 0) - before;
    await stage.until('the second batch has settled', () => stage.batches()[1]?.status?.settledTime !== undefined);
    await stage.pass(MINUTE);
    expected = stage.batches()[1]?.status?.outlook?.nextBatchTime;
    await act(stage, 'Abort');
    await stage.pass(MINUTE);
  });

  it('forget a pause that has ended, so that a second one of the same batch is alerted, too', () => {
    const alerts = stage.notifications().filter((message) => JSON.stringify(message).includes('"reasons":["RolloutPaused"]'));

    expect(alerts).toHaveLength(2);
    expect(stage.batches()[0]?.status?.notification?.activeAlerts).toBeUndefined();
  });

  it('are not written while nothing changes', () => {
    expect(patches).toBe(0);
  });

  it('expect no further batch of a rollout that was aborted between two batches', () => {
    expect(expected).toBeDefined();
    expect(stage.batches()[1]?.status?.outlook).toMatchObject({ next: 'Aborted' });
    expect(stage.batches()[1]?.status?.outlook).not.toHaveProperty('nextBatchTime');
  });
});

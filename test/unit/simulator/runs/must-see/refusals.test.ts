import { expect, jest } from '@jest/globals';
import { asObject } from '../../../../../src/core/json.ts';
import { MINUTE, NAMESPACE, planYaml, Stage } from './stage.ts';
import { mustSee } from './must-see.ts';
import { RefusedRequests, type Asked } from './refused-requests.ts';

jest.setTimeout(300_000);

const POLICY_WORDS = 'no upgrades on Fridays';
/** A process that has ten minutes. */
const TEN_MINUTES_PLAN = `
processes:
  - name: os
    timing: {deadlineSeconds: 600}
    job: {template: {spec: {restartPolicy: Never, containers: [{name: upgrade, image: 'registry.example/os:1'}]}}}
`;
const QUOTAS = `/api/v1/namespaces/${NAMESPACE}/resourcequotas`;

/** What users can see of a refusal, beside the state of its node. */
interface Shown {
  /** The conditions of the plan, as text. */
  readonly conditions: string;
  /** Notes of the Events about the plan and its batches. */
  readonly events: string;
}

function shown(stage: Stage): Shown {
  const events = stage.list('/apis/events.k8s.io/v1/events').filter((event) => {
    const { kind } = asObject(event['regarding']);
    return kind === 'UpgradePlan' || kind === 'UpgradeBatch';
  });
  return {
    conditions: JSON.stringify(stage.plan().status?.conditions ?? []),
    events: JSON.stringify(events.map((event) => event['note'])),
  };
}

function expectShown({ conditions, events }: Shown, words: string): void {
  expect(conditions).toContain(words);
  expect(events).toContain(words);
}

function expectHidden({ conditions, events }: Shown, words: string): void {
  expect(conditions).not.toContain(words);
  expect(events).not.toContain(words);
}

function isCordoned(stage: Stage, node: string): boolean {
  return asObject(stage.node(node)?.['spec'])['unschedulable'] === true;
}

/** Creates a quota that the quota controller has counted. */
function limitCpu({ simulation: { client } }: Stage): void {
  const hard = { 'limits.cpu': '4' };
  client.create(QUOTAS, { metadata: { name: 'quota' }, spec: { hard } });
  client.mergePatch(`${QUOTAS}/quota/status`, { status: { hard, used: { 'limits.cpu': '0' } } });
}

function isOperators({ from, method }: Asked, ...methods: readonly string[]): boolean {
  return from.startsWith('operator') && methods.includes(method);
}

mustSee({
  entry: 'E5',
  fault: 'A policy that denies claims leads to requests without end, and to a turn in the status that was never opened',
  play: async () => {
    const refused = new RefusedRequests('PolicyDenied', (asked) => asked.plural === 'nodes' && isOperators(asked, 'PATCH'));
    const stage = await Stage.open({ hosts: 2, network: refused.network });
    stage.apply(planYaml('batches: [{size: 100%}]'));
    await stage.until('a claim is refused', () => stage.batches().length > 0);
    await stage.pass(20_000);
    return { requests: refused.times.length, claimed: stage.claimed(), ...shown(stage) };
  },
  today: ({ requests, claimed, ...texts }) => {
    expect(requests).toBeGreaterThan(60);
    expect(claimed).toEqual([]);
    expect(texts.conditions).toContain('MaxUnavailableReached');
    expect(texts.conditions).toContain('(in its turn)');
    expectHidden(texts, POLICY_WORDS);
  },
  right: ({ requests, ...texts }) => {
    expect(texts.conditions).not.toContain('(in its turn)');
    expectShown(texts, POLICY_WORDS);
    expect(requests).toBeLessThan(10);
  },
});

mustSee({
  entry: 'E6',
  fault: 'A node stays drained without a word or a deadline while a quota refuses its Job',
  play: async () => {
    const refused = new RefusedRequests('QuotaExceeded', (asked) => asked.plural === 'jobs' && isOperators(asked, 'POST'));
    const stage = await Stage.open({ hosts: 1, network: refused.network });
    stage.apply(planYaml(TEN_MINUTES_PLAN));
    await stage.pass(5 * MINUTE);
    const early = shown(stage);
    await stage.pass(15 * MINUTE);
    const { state, message } = stage.record('node-1') ?? {};
    return { early, late: shown(stage), state, message, cordoned: isCordoned(stage, 'node-1') };
  },
  today: ({ early, late, ...node }) => {
    expect(node).toEqual({ state: 'Upgrading', message: undefined, cordoned: true });
    expect(late.conditions).toContain('BatchRunning');
    expectHidden(early, 'exceeded quota');
    expectHidden(late, 'exceeded quota');
  },
  right: ({ early, state, cordoned }) => {
    expectShown(early, 'exceeded quota');
    expect(state).not.toBe('Upgrading');
    expect(cordoned).toBe(false);
  },
});

mustSee({
  entry: 'E6',
  fault: 'A node is quarantined without the cause when the Pod of its Job is refused',
  play: async () => {
    const stage = await Stage.open({ hosts: 1 });
    stage.apply(planYaml(TEN_MINUTES_PLAN));
    await stage.until('the template was accepted', () => stage.batches().length > 0);
    limitCpu(stage);
    await stage.pass(5 * MINUTE);
    const early = { message: stage.record('node-1')?.message, ...shown(stage) };
    await stage.pass(8 * MINUTE);
    const { state, message, quarantined = false } = stage.record('node-1') ?? {};
    return { early, state, message, quarantined };
  },
  today: ({ early: { message: before, ...texts }, state, message, quarantined }) => {
    expect(before).toBeUndefined();
    expectHidden(texts, 'limits.cpu');
    expect({ state, message, quarantined }).toEqual({ state: 'Failed', message: 'did not end within 600 s', quarantined: true });
  },
  right: ({ early, state, message, quarantined }) => {
    expect(early.message ?? '').toContain('limits.cpu');
    expectShown(early, 'limits.cpu');
    expect(message ?? '').toContain('limits.cpu');
    expect({ state, quarantined }).toEqual({ state: 'Failed', quarantined: false });
  },
});

mustSee({
  entry: 'E6',
  fault: 'Nobody learns why there is no notification when the Pod of the agent is refused',
  play: async () => {
    const stage = await Stage.open({ hosts: 1 });
    limitCpu(stage);
    stage.apply(planYaml('', ', resources: {limits: {cpu: 1}}'));
    await stage.pass(20 * MINUTE);
    return { delivered: stage.condition('NotificationsDelivered')?.reason, sent: stage.notifications().length, ...shown(stage) };
  },
  today: ({ delivered, sent, ...texts }) => {
    expect({ delivered, sent }).toEqual({ delivered: 'Pending', sent: 0 });
    expectHidden(texts, 'limits.cpu');
  },
  right: (played) => {
    expectShown(played, 'limits.cpu');
  },
});

mustSee({
  entry: 'E7',
  fault: 'A rollout stops without a word when the status of its batch is refused',
  play: async () => {
    const isStatus = ({ path, plural }: Asked): boolean => plural === 'upgradebatches' && path.endsWith('/status');
    const refused = new RefusedRequests('PolicyDenied', (asked) => isStatus(asked) && isOperators(asked, 'PATCH'));
    const stage = await Stage.open({ hosts: 2, network: refused.network });
    stage.apply(planYaml());
    await stage.pass(15 * MINUTE);
    return { jobs: stage.jobs().length, progress: stage.plan().status?.progress, ...shown(stage) };
  },
  today: ({ jobs, progress, ...texts }) => {
    expect({ jobs, progress }).toEqual({ jobs: 1, progress: '0/2' });
    expect(texts.conditions).toContain('the next batch is being created');
    expectHidden(texts, POLICY_WORDS);
  },
  right: (played) => {
    expect(played.conditions).not.toContain('the next batch is being created');
    expectShown(played, POLICY_WORDS);
  },
});

mustSee({
  entry: 'E7',
  fault: 'Nothing but the log says why a plan that is being deleted stays when a read fails',
  play: async () => {
    const refused = new RefusedRequests('EtcdTimedOut', (asked) => asked.plural === 'namespaces' && isOperators(asked, 'GET'));
    const stage = await Stage.open({ hosts: 1, network: refused.network });
    stage.apply(planYaml());
    await stage.until('the plan has a batch', () => stage.batches().length > 0);
    stage.simulation.client.delete(`/apis/baton.dev/v1alpha1/namespaces/${NAMESPACE}/upgradeplans/os`);
    await stage.pass(10 * MINUTE);
    return { deleting: stage.plan().metadata.deletionTimestamp !== undefined, ...shown(stage) };
  },
  today: ({ deleting, ...texts }) => {
    expect(deleting).toBe(true);
    expectHidden(texts, 'etcdserver: request timed out');
  },
  right: (played) => {
    expectShown(played, 'etcdserver: request timed out');
  },
});

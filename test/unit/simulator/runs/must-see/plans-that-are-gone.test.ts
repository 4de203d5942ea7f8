import { expect, jest } from '@jest/globals';
import { HOUR, MINUTE, NAMESPACE, planYaml, Stage, workers } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

const PLAN = `/apis/baton.dev/v1alpha1/namespaces/${NAMESPACE}/upgradeplans/os`;

/** Deletes the plan for good, as somebody does who strips its finalizer or loses it in a restored backup. */
function removePlan({ simulation: { client } }: Stage): void {
  client.mergePatch(PLAN, { metadata: { finalizers: null } });
  const outcome = client.delete(PLAN);
  if (!outcome.ok) throw new Error(outcome.message);
}

function isCordoned(stage: Stage, node: string): boolean {
  return (stage.node(node)?.['spec'] as { readonly unschedulable?: boolean }).unschedulable === true;
}

mustSee({
  entry: 'E19',
  fault: 'Claim, batch, group and agent of a plan that is gone remain, and the plan created again never begins',
  play: async () => {
    const ran: string[] = [];
    const stage = await Stage.open({
      hosts: 2,
      upgrades: ({ host }) => {
        ran.push(host);
        return { kind: 'Succeeds', ms: 15 * MINUTE };
      },
    });
    const spec = 'exclusiveGroup: hosts\nmaxUnavailable: 2';
    stage.apply(planYaml(spec));
    await stage.until('an upgrade runs', () => ran.length === 1);
    const [node = ''] = ran;
    removePlan(stage);
    await stage.pass(2 * HOUR);
    const left = {
      claimed: stage.claimed(),
      cordoned: isCordoned(stage, node),
      batches: stage.batches().length,
      leases: stage
        .list('/apis/coordination.k8s.io/v1/leases')
        .flatMap(({ metadata: { name = '', namespace } }) => (namespace === 'kube-node-lease' ? [] : [name])),
    };
    stage.apply(planYaml(spec));
    await stage.pass(2 * HOUR);
    return { node, left, ran, message: stage.condition('Ready')?.message };
  },
  today: ({ node, left, ran, message }) => {
    expect(left).toEqual({ claimed: [node], cordoned: true, batches: 1, leases: ['baton-group-hosts', 'os-agent'] });
    expect(ran).toEqual([node]);
    expect(message).toContain('the next batch is being created');
  },
  right: ({ left, ran }) => {
    // The upgrade of the node has begun, so somebody has to look at it before it is used again.
    expect(left).toMatchObject({ claimed: [], cordoned: true });
    expect(left).toMatchObject({ batches: 0, leases: [] });
    expect(new Set(ran)).toEqual(new Set(['node-1', 'node-2']));
  },
});

mustSee({
  entry: 'E19',
  fault: 'A node that was drained for a plan that is gone stays claimed and cordoned',
  play: async () => {
    const ran: string[] = [];
    const stage = await Stage.open({
      hosts: workers(1),
      upgrades: ({ host }) => {
        ran.push(host);
        return { kind: 'Succeeds', ms: MINUTE };
      },
    });
    stage.apply(`
apiVersion: v1
kind: Pod
metadata: {name: busy, labels: {app: busy}}
spec:
  nodeName: node-1
  containers: [{name: busy, image: 'registry.example/busy:1'}]
`);
    await stage.pass(15_000);
    stage.apply(planYaml('drain: {waitFor: {podSelector: {matchLabels: {app: busy}}, timeoutSeconds: 3600}}'));
    await stage.until('the node drains', () => stage.record('node-1')?.state === 'Draining');
    removePlan(stage);
    await stage.pass(2 * HOUR);
    return { ran, claimed: stage.claimed(), cordoned: isCordoned(stage, 'node-1') };
  },
  today: ({ ran, claimed, cordoned }) => {
    expect(ran).toEqual([]);
    expect({ claimed, cordoned }).toEqual({ claimed: ['node-1'], cordoned: true });
  },
  right: ({ ran, claimed, cordoned }) => {
    expect(ran).toEqual([]);
    expect({ claimed, cordoned }).toEqual({ claimed: [], cordoned: false });
  },
});

mustSee({
  entry: 'E20',
  fault: 'The settled batches of the running revision are never deleted',
  play: async () => {
    const nodes = 14;
    const stage = await Stage.open({ hosts: nodes, upgrades: () => ({ kind: 'Succeeds', ms: 10_000 }) });
    stage.apply(planYaml('notify: {}'));
    await stage.until('the plan has succeeded', () => stage.plan().status?.summary === 'Succeeded');
    await stage.pass(10 * MINUTE);
    return { batches: stage.batches().length, done: stage.plan().status?.counts?.succeeded };
  },
  today: ({ batches }) => {
    expect(batches).toBe(14);
  },
  right: ({ batches, done }) => {
    // As many as are kept of earlier revisions, and the newest.
    expect(batches).toBeLessThanOrEqual(11);
    expect(done).toBe(14);
  },
});

import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Tree } from './objects.ts';

const EXAMPLE = new URL('../../../docs/examples/full.yaml', import.meta.url);
const [plan, action] = parseAllDocuments(readFileSync(EXAMPLE, 'utf8')).map((document) => document.toJS() as Tree);
if (plan === undefined || action === undefined) throw new Error('full.yaml needs a plan and an action');

/** The plan of the example that uses most fields. */
export const PLAN: Tree = plan;
/** The action of the same example. */
export const ACTION: Tree = action;

const TIME = '2026-11-29T12:00:00Z';
const TEMPLATE = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'up', image: 'up:1' }] } };

/** A batch with every kind of process. */
export const BATCH: Tree = {
  apiVersion: 'baton.dev/v1alpha1',
  kind: 'UpgradeBatch',
  metadata: { name: 'kernel-7f3c-1', namespace: 'fleet', labels: { 'baton.dev/plan': 'kernel' } },
  spec: {
    ...{ plan: 'kernel', planUid: 'u', revision: '7f3c', version: '6.12.31', index: 1, step: 0, planNodes: 2, retriesPerNode: 1 },
    nodes: [
      { name: 'node-1', uid: 'a', processes: ['kernel', 'cni'], nodeDetail: 'All' },
      { name: 'node-2', uid: 'b', processes: ['kernel'] },
    ],
    processes: [
      {
        name: 'kernel',
        disruption: 'Reboot',
        report: 'Socket',
        deadlineSeconds: 3600,
        timing: { expectedSeconds: 60 },
        template: TEMPLATE,
      },
      {
        name: 'cni',
        disruption: 'None',
        report: 'None',
        deadlineSeconds: 60,
        daemonSet: { namespace: 'kube-system', name: 'cni' },
      },
    ],
  },
};

const CONDITION = { type: 'Notified', status: 'False', reason: 'NotSettled', message: '', lastTransitionTime: TIME };

/** A status of the plan. */
export const PLAN_STATUS: Tree = {
  ...{
    observedGeneration: 1,
    progress: '1/2',
    batch: 'kernel-7f3c-1',
    agent: 'node-1',
    summary: 'Running',
    reason: 'BatchRunning',
  },
  conditions: [
    { ...CONDITION, type: 'Ready' },
    { ...CONDITION, type: 'Stalled' },
  ],
};

/** A status of the batch. */
export const BATCH_STATUS: Tree = {
  conditions: [CONDITION],
  agent: 'node-1',
  summary: { nodes: 2, succeeded: 1, failed: 0, overdue: 0 },
};

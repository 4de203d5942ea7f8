import { action, firstProcess, plan, set, type Tree } from './objects.ts';

/** A plan with a process that can be rolled back, and perhaps the policy that asks for it. */
export function rollbackPlan(name: string, rollback: Tree, policy?: Tree): Tree {
  return plan(name, (spec) => {
    Object.assign(firstProcess(spec)['job'] as Tree, { rollback });
    if (policy !== undefined) Object.assign(spec, { failure: { then: 'Rollback', rollback: policy } });
  });
}

/** How a process may say that it is taken back. */
export const WAY_BACK = { template: { spec: { containers: [] } } };

/** What is wrong about a rollback, the object, and what the API server has to say about it. */
export const WRONG_ROLLBACKS: readonly (readonly [string, object, string])[] = [
  [
    'failure.then Rollback where nothing can be rolled back',
    plan('w', set({ failure: { then: 'Rollback' } })),
    '`failure.then: Rollback` needs a process that can be rolled back: give at least one of `processes` a `job.rollback.template`',
  ],
  ['a rollback without a template', rollbackPlan('w', {}), 'spec.processes[0].job.rollback.template: Required value'],
  [
    'a rollback whose template has no spec',
    rollbackPlan('w', { template: { metadata: {} } }),
    'must be a PodTemplateSpec with a `spec` that has `containers`',
  ],
  [
    'a rollback of a scope that there is not',
    rollbackPlan('w', WAY_BACK, { scope: 'Node' }),
    'Unsupported value: "Node": supported values: "Batch", "Plan"',
  ],
  [
    'a rollback that somebody is asked for in no known way',
    rollbackPlan('w', WAY_BACK, { approval: 'BeforeStart' }),
    'Unsupported value: "BeforeStart": supported values: "Required", "None"',
  ],
  [
    'Rollback of nodes',
    action({ plan: 'os', action: 'Rollback', batch: 'os-1', nodes: ['n'] }),
    '`nodes` must not be set unless',
  ],
  [
    'a rollback of a batch and of a revision',
    action({ plan: 'os', action: 'Rollback', batch: 'os-1', revision: 'aaaa' }),
    '`batch` and `revision` must not be set together',
  ],
];

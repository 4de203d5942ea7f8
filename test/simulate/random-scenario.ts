import { chooseByTrouble } from '../../src/simulator/world/choose-behavior.ts';
import { application, NAMESPACE, plan, webhooks, workers, type Scenario } from './scenarios.ts';

/** A fleet and one or two plans, as the seed says. */
export function randomScenario(random: () => number): Scenario {
  const between = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  const chance = (probability: number): boolean => random() < probability;
  const oneOf = <T>(choices: readonly [T, ...T[]]): T => choices[Math.floor(random() * choices.length)] ?? choices[0];

  const hosts = workers(between(2, 8));
  const sinks = chance(0.5) ? ['ops'] : ['ops', 'boss'];

  function spec(name: string): Readonly<Record<string, unknown>> {
    const isReboot = chance(0.3);
    const template = { spec: { containers: [{ name: 'upgrade', image: `${name}:$(BATON_VERSION)` }] } };
    const back = { template: { spec: { containers: [{ name: 'back', image: `${name}:$(BATON_FROM_VERSION)` }] } } };
    const then = oneOf(['Pause', 'Abort', 'Rollback']);
    // What one plan brings about must not look like the work of the other.
    const shown = name === 'os' ? { kernelVersion: '$(BATON_VERSION)-*' } : { osImage: 'Firmware $(BATON_VERSION)' };
    const verify = { ...shown, timeoutSeconds: between(60, 300) };
    return {
      batches: [{ size: between(1, 2), ...(chance(0.3) ? { soakSeconds: between(1, 600) } : {}) }, { size: between(1, 4) }],
      maxUnavailable: oneOf([1, 2, '50%']),
      failure: {
        maxFailed: between(0, 2),
        retriesPerNode: between(0, 1),
        failedNodes: oneOf(['Quarantine', 'Uncordon']),
        then,
        ...(then === 'Rollback' ? { rollback: { scope: oneOf(['Batch', 'Plan']), approval: 'None' } } : {}),
      },
      podPlacement: oneOf(['PreferDoneNodes', 'Anywhere']),
      prePull: oneOf(['NextBatch', 'None']),
      newNodes: { policy: oneOf(['Upgrade', 'Ignore']), collectSeconds: between(0, 60) },
      processes: [
        {
          name,
          disruption: isReboot ? 'Reboot' : oneOf(['Drain', 'None']),
          report: isReboot || chance(0.4) ? 'Socket' : 'None',
          timing: { deadlineSeconds: between(200, 600) },
          ...(isReboot || chance(0.5) ? { verify } : {}),
          job: { template, ...(then === 'Rollback' ? { rollback: back } : {}) },
        },
      ],
      notify: { sinks: webhooks(...sinks), ...(chance(0.2) ? { required: true } : {}) },
    };
  }

  const second = chance(0.3);
  const group = second && chance(0.5) ? { exclusiveGroup: 'all' } : {};
  return {
    name: 'random',
    hosts,
    objects: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
      ...(chance(0.5) ? application(between(1, 8)) : []),
      plan('os', { ...spec('os'), ...group }),
      ...(second ? [plan('firmware', { ...spec('firmware'), ...group })] : []),
    ],
    choose: chooseByTrouble(oneOf(['None', 'Some', 'Much'])),
    sinks,
  };
}

import { expect, jest } from '@jest/globals';
import type { ChooseBehavior } from '../../../../../src/simulator/world/behavior.ts';
import { MINUTE, planYaml, Stage } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

const SAMPLE_MS = 5000;
const SPEC = `
batches: [{size: 100%}]
newNodes: {policy: Upgrade, collectSeconds: 60}
processes:
  - name: os
    disruption: Drain
    timing: {deadlineSeconds: 900}
    job: {template: {spec: {restartPolicy: Never, containers: [{name: upgrade, image: 'registry.example/os:1'}]}}}
`;

/** A rollout over two hosts, one at a time. */
class Rollout {
  readonly stage: Stage;
  /** The largest number of hosts that were down, or in the middle of their upgrade, at the same time. */
  mostAtOnce = 0;

  private constructor(stage: Stage) {
    this.stage = stage;
    this.#sample();
  }

  static async begin(upgrades: ChooseBehavior, spec = SPEC): Promise<Rollout> {
    const rollout = new Rollout(await Stage.open({ hosts: 2, upgrades }));
    rollout.stage.apply(planYaml(spec));
    return rollout;
  }

  /** Waits for the first host to satisfy something, and returns its name. */
  async first(what: string, satisfies: (host: string) => boolean): Promise<string> {
    const { stage } = this;
    const find = (): string | undefined => stage.claimed().find(satisfies);
    await stage.until(what, () => find() !== undefined);
    return find() ?? '';
  }

  isAtWork(host: string): boolean {
    const running = this.stage.simulation.hosts.get(host)?.runtime.running() ?? [];
    return running.some(({ name }) => name === 'upgrade');
  }

  isUp(host: string): boolean {
    return this.stage.simulation.hosts.get(host)?.up === true;
  }

  /** How often the host was upgraded. */
  runs(host: string): number {
    return this.stage.simulation.hosts.get(host)?.runs[0]?.count ?? 0;
  }

  states(host: string): readonly string[] {
    const records = this.stage.batches().flatMap(({ status }) => status?.nodes ?? []);
    return records.filter(({ name }) => name === host).map(({ state, reason }) => `${state}/${reason ?? ''}`);
  }

  #sample(): void {
    const { hosts, time } = this.stage.simulation;
    const busy = hosts.all.filter(({ name, up }) => !up || this.isAtWork(name));
    this.mostAtOnce = Math.max(this.mostAtOnce, busy.length);
    time.setTimer(SAMPLE_MS, () => this.#sample());
  }
}

mustSee({
  entry: 'E2',
  fault: 'While a Job runs on a host whose Node was replaced, another host is upgraded, and then the same host again',
  play: async () => {
    const rollout = await Rollout.begin(() => ({ kind: 'Succeeds', ms: 5 * MINUTE }));
    const host = await rollout.first('an upgrade runs', (name) => rollout.isAtWork(name));
    const { client, hosts } = rollout.stage.simulation;
    client.delete(`/api/v1/nodes/${host}`);
    hosts.restartKubelet(host);
    await rollout.stage.pass(25 * MINUTE);
    return { mostAtOnce: rollout.mostAtOnce, runs: rollout.runs(host), states: rollout.states(host) };
  },
  today: (played) => {
    expect(played).toEqual({ mostAtOnce: 2, runs: 2, states: ['Skipped/NodeDeleted', 'Succeeded/'] });
  },
  right: (played) => {
    expect(played).toEqual({ mostAtOnce: 1, runs: 1, states: ['Failed/NodeLost'] });
  },
});

mustSee({
  entry: 'E2',
  fault: 'A host that reboots does not count as down once its Node is deleted',
  play: async () => {
    const behavior = { kind: 'Reboots', ms: MINUTE, announced: true, end: 'Killed', downMs: 6 * MINUTE } as const;
    const rollout = await Rollout.begin(() => behavior, SPEC.replace('Drain', 'Reboot'));
    const host = await rollout.first('a host is down', (name) => !rollout.isUp(name));
    await rollout.stage.pass(MINUTE);
    rollout.stage.simulation.client.delete(`/api/v1/nodes/${host}`);
    await rollout.stage.pass(20 * MINUTE);
    return { mostAtOnce: rollout.mostAtOnce, first: rollout.states(host)[0] };
  },
  today: (played) => {
    expect(played).toEqual({ mostAtOnce: 2, first: 'Skipped/NodeDeleted' });
  },
  right: (played) => {
    expect(played).toEqual({ mostAtOnce: 1, first: 'Failed/NodeLost' });
  },
});

mustSee({
  entry: 'E2',
  fault: 'A Job on a host whose Node was replaced is stopped in mid-upgrade when its batch settles',
  play: async () => {
    let first: string | undefined;
    const rollout = await Rollout.begin(
      ({ host }) => ({ kind: 'Succeeds', ms: host === (first ??= host) ? 10 * MINUTE : MINUTE }),
      SPEC.replace('policy: Upgrade', 'policy: Ignore'),
    );
    const host = await rollout.first('an upgrade runs', (name) => rollout.isAtWork(name));
    const { client, hosts } = rollout.stage.simulation;
    client.delete(`/api/v1/nodes/${host}`);
    hosts.restartKubelet(host);
    await rollout.stage.pass(12 * MINUTE);
    return rollout.runs(host);
  },
  today: (runs) => {
    expect(runs).toBe(0);
  },
  right: (runs) => {
    expect(runs).toBe(1);
  },
});

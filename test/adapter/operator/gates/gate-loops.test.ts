import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Gate, UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import { GateLoops } from '../../../../src/operator/gates/gate-loops.ts';
import { closedBecause, type Probe, type Observation } from '../../../../src/operator/gates/observation.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { waitFor } from '../../../cluster/wait-for.ts';
import { aPlan } from '../../../unit/core/rollout/support/objects.ts';
import { RecordingLog } from '../../kube/support/recording-log.ts';

const KEY = 'fleet/os';
let loops: GateLoops;

afterEach(() => loops.stop());

function aGate(name: string, changes: Partial<Gate> = {}): Gate {
  const http = { url: `https://${name}.example/`, expectStatus: 200 };
  return { name, when: 'BeforeBatch', forSeconds: 0, timeoutSeconds: 1, http, ...changes };
}

/** Starts loops over a probe, with a millisecond between evaluations. */
function start(evaluate: Probe['evaluate'], cleanUp?: Probe['cleanUp']): { readonly touched: string[] } {
  const touched: string[] = [];
  const probe: Probe = cleanUp === undefined ? { evaluate } : { evaluate, cleanUp };
  loops = new GateLoops({
    probes: { prometheus: probe, http: probe, object: probe, job: probe },
    now: Date.now,
    random: () => 0.5,
    sleep: (_ms, signal) => sleep(1, undefined, { signal }),
    setTimer: systemClock.setTimer,
    log: new RecordingLog(),
    enqueue: (key) => touched.push(key),
  });
  return { touched };
}

const observed = (name: string): boolean | undefined => loops.observations(KEY).get(name)?.open;
const plan = (...gates: readonly Gate[]): UpgradePlan => aPlan({ gates });

async function until(what: string, holds: () => boolean): Promise<void> {
  await waitFor(holds, { what, timeoutMs: 5000, intervalMs: 5 });
}

describe('The loops of gates', () => {
  it('evaluate only the wanted gates', async () => {
    const asked = new Set<string>();
    start((_plan, { name }) => {
      asked.add(name);
      return Promise.resolve({ open: true });
    });
    loops.setWanted(plan(aGate('one'), aGate('two')), ['two']);
    await until('an evaluation of two', () => observed('two') === true);
    expect([...asked]).toEqual(['two']);
  });

  it('enqueue the plan when a gate opens or closes, and not for each evaluation', async () => {
    let open = false;
    let evaluations = 0;
    const { touched } = start(() => {
      evaluations += 1;
      return Promise.resolve({ open });
    });
    loops.setWanted(plan(aGate('one')), ['one']);
    await until('ten evaluations', () => evaluations > 10);
    expect(touched).toEqual([KEY]);
    open = true;
    await until('an open gate', () => observed('one') === true);
    expect(touched).toEqual([KEY, KEY]);
    expect(loops.observations(KEY).get('one')?.closedTime).toBeDefined();
  });

  it('close a gate whose evaluation fails', async () => {
    start(() => Promise.reject(new Error('it broke')));
    loops.setWanted(plan(aGate('one')), ['one']);
    await until('an evaluation', () => observed('one') === false);
    expect(loops.observations(KEY).get('one')?.message).toBe('it broke');
  });

  it('close a gate whose probe hangs, without delaying others', async () => {
    start((_plan, { name }) => (name === 'slow' ? new Promise<Observation>(() => undefined) : Promise.resolve({ open: true })));
    loops.setWanted(plan(aGate('slow'), aGate('fast')), ['slow', 'fast']);
    await until('the fast gate', () => observed('fast') === true);
    expect(observed('slow')).toBeUndefined();
    await until('the slow gate', () => observed('slow') === false);
    expect(loops.observations(KEY).get('slow')?.message).toBe('no answer within 1 s');
  });

  it('start again when the definition of the gate changes', async () => {
    start((_plan, gate) => Promise.resolve(gate.http?.expectStatus === 200 ? { open: true } : closedBecause('no')));
    loops.setWanted(plan(aGate('one')), ['one']);
    await until('an open gate', () => observed('one') === true);
    loops.setWanted(plan(aGate('one', { http: { url: 'https://one.example/', expectStatus: 204 } })), ['one']);
    expect(observed('one')).toBeUndefined();
    await until('a closed gate', () => observed('one') === false);
  });

  it('forget the observations of a gate that is no longer wanted, and clean up', async () => {
    const forgotten: string[] = [];
    start(
      () => Promise.resolve({ open: true }),
      (_plan, { name }) => Promise.resolve(void forgotten.push(name)),
    );
    loops.setWanted(plan(aGate('one')), ['one']);
    await until('an open gate', () => observed('one') === true);
    loops.setWanted(plan(aGate('one')), []);
    expect(observed('one')).toBeUndefined();
    await until('the cleaning up', () => forgotten.length > 0);
    expect(forgotten).toEqual(['one']);
  });
});

/**
 * `make demo`: Baton rolls an upgrade through 60 virtual nodes in this terminal, about a minute in virtual time at 60 times the speed.
 * Operator, agents, reporters and sinks are the real ones; the cluster is simulated. Notifications go over HTTP to a receiver on the loopback
 * address. kubectl can watch and act meanwhile. The exit code is 0 if everything was as promised.
 */
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { parseAllDocuments } from 'yaml';
import type { UpgradePlan } from '../../src/api/generated/upgradeplan.ts';
import { createSimulation } from '../../src/cli/simulate/create-simulation.ts';
import { madeUpNodes } from '../../src/cli/simulate/made-up-nodes.ts';
import { play, type PlayOptions } from '../../src/cli/simulate/play.ts';
import { readState } from '../../src/cli/simulate/rollout-state.ts';
import { isLive } from '../../src/cli/simulate/screen.ts';
import { serveCluster } from '../../src/cli/simulate/serve-cluster.ts';
import type { ReceivedMessage, Simulation } from '../../src/cli/simulate/simulation-port.ts';
import { summarize } from '../../src/cli/simulate/summary.ts';
import { summaryLines } from '../../src/cli/simulate/summary-text.ts';
import type { Verdict } from '../../src/cli/simulate/verdict.ts';
import { View } from '../../src/cli/simulate/view.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logging.ts';
import { VERSION } from '../../src/settings/version.ts';
import { demoYaml } from './demo-plan.ts';
import { startReceiver } from './receiver.ts';
import { relayTo } from './relay.ts';

const NODES = 60;
const ZONES = 3;
const SEED = 11;
/** Virtual seconds in a real second. */
const SPEED = 60;
const SLICE_MS = 50 * SPEED;
const LIMIT_MS = 4 * 3_600_000;
/** Its first upgrade fails. */
const FAILING_NODE = 'node-17';
/** How long a person has for the approval before the demo gives it (virtual milliseconds). */
const APPROVAL_MS = 8 * 60_000;

const { stdout } = process;
const { monotonic, now, sleep } = systemClock;

function size(): { readonly columns: number; readonly rows: number } {
  return { columns: stdout.isTTY ? stdout.columns : 80, rows: stdout.isTTY ? stdout.rows : 24 };
}

/** The command that creates an object. */
function createCommand(object: KubeObject): string {
  return `kubectl create -f - <<<'${JSON.stringify(object)}'`;
}

async function main(): Promise<number> {
  const signingKey = `whsec_${randomBytes(24).toString('base64')}`;
  const received: ReceivedMessage[] = [];
  const receiver = await startReceiver(signingKey, ({ notification, body, contentType }) => {
    received.push({
      time: simulation.now(),
      sink: 'ops',
      senderNode: notification.agent.node ?? '',
      notification,
      body,
      contentType,
    });
  });
  const objects = parseAllDocuments(demoYaml({ receiverUrl: receiver.url, signingKey })).map((each) => each.toJS() as KubeObject);
  const plans = objects.filter(({ kind }) => kind === 'UpgradePlan') as unknown as readonly UpgradePlan[];
  const { nodes } = madeUpNodes({ nodes: NODES, zones: ZONES, plans });
  let fails = true;
  const simulation = createSimulation(
    {
      ...{ seed: SEED, start: Math.floor(now() / 1000) * 1000, nodes, fail: 0, hang: 0, gates: [] },
      durations: new Map([['os', 240_000]]),
    },
    {
      operatorEnv: { BATON_SINK_ALLOW: '127.0.0.1' },
      relay: relayTo(receiver.url),
      script: ({ host }) => {
        if (host !== FAILING_NODE || !fails) return undefined;
        fails = false;
        return { kind: 'Fails', ms: 100_000, message: 'no space left on device' };
      },
    },
  );
  const log = createLogger({ component: 'demo', level: 'error', now, stream: process.stderr });
  const served = await serveCluster({ api: simulation.api, log, namespace: 'fleet' });
  apply(simulation, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet' } }, ...objects]);

  const view = new View(viewOf(simulation, received), {
    ports: {
      ...{ output: stdout, size, monotonic, userAgent: `baton/${VERSION}` },
      live: isLive({ isTTY: stdout.isTTY, environment: process.env }),
    },
    options: { output: 'text', messages: 'text' },
    nodes,
  });
  view.print(introduction(served.kubeconfig, receiver.url));
  const options: PlayOptions = {
    approval: { kind: 'After', ms: APPROVAL_MS },
    ...{ limitMs: LIMIT_MS, onStep: () => view.step(), ...pace(simulation) },
    onAwaiting: (action) => {
      const seconds = APPROVAL_MS / 1000 / SPEED;
      view.print([
        `The plan waits for an approval. The demo approves in ${seconds} seconds; you can be faster:`,
        `  ${createCommand(action)}`,
        '',
      ]);
    },
    onApproval: () => view.print(['The demo approves.']),
  };
  await play(simulation, options);
  const verdict = await retryFailed(simulation, view, options);
  view.end();
  await served.close();
  await receiver.close();
  return conclude({ simulation, verdict, view, received });
}

function introduction(kubeconfig: string, receiverUrl: string): readonly string[] {
  return [
    `Baton rolls an upgrade through ${NODES} virtual nodes. A minute of theirs takes a second.`,
    `Notifications go to a receiver at ${receiverUrl}. Watch and act in another terminal:`,
    '',
    `  export KUBECONFIG=${kubeconfig}`,
    '  kubectl get uplan --watch',
    '  kubectl get ubatch',
    '  kubectl describe uplan os',
    '  kubectl events',
    '',
  ];
}

function apply(simulation: Simulation, objects: readonly KubeObject[]): void {
  const failed = simulation.apply(objects).find(({ ok }) => !ok);
  if (failed !== undefined) throw new Error(failed.message);
}

/** The simulation, with the messages that arrived at the receiver. */
function viewOf(simulation: Simulation, messages: readonly ReceivedMessage[]): ConstructorParameters<typeof View>[0] {
  const { now: time, start } = simulation;
  return {
    ...{ now: time, start, messages },
    get events() {
      return simulation.events;
    },
    get hostsDown() {
      return simulation.hostsDown;
    },
    list: (path) => simulation.list(path),
  };
}

function pace(simulation: Simulation): Pick<PlayOptions, 'sliceMs' | 'pause'> {
  const began = monotonic();
  const aheadMs = (): number => (simulation.now() - simulation.start) / SPEED - (monotonic() - began);
  return { sliceMs: SLICE_MS, pause: () => sleep(Math.max(0, aheadMs())) };
}

/** Retries the node that failed, as a person would after looking at it, and plays on. */
async function retryFailed(simulation: Simulation, view: View, options: PlayOptions): Promise<Verdict> {
  const [plan] = readState(simulation).plans;
  const action = {
    apiVersion: 'baton.dev/v1alpha1',
    kind: 'UpgradeAction',
    metadata: { name: 'retry-after-cleaning-up', namespace: 'fleet' },
    spec: {
      plan: 'os',
      action: 'Retry',
      revision: plan?.plan.status?.revision,
      nodes: [FAILING_NODE],
      reason: 'disk cleaned up',
    },
  };
  view.print(['', `${FAILING_NODE} failed. Somebody has cleaned up its disk, and retries it:`, `  ${createCommand(action)}`, '']);
  apply(simulation, [action]);
  const isRunning = (): boolean => {
    view.step();
    return readState(simulation).plans.some(({ plan }) => plan.status?.summary === 'Running');
  };
  await simulation.run({ until: isRunning, limitMs: 60_000 });
  return play(simulation, options);
}

interface Ended {
  readonly simulation: Simulation;
  readonly verdict: Verdict;
  readonly view: View;
  readonly received: readonly ReceivedMessage[];
}

/** Prints the summary and checks what the demo promises. Returns the exit code. */
function conclude({ simulation, verdict, view, received }: Ended): number {
  const state = readState(simulation);
  const batches = state.plans.flatMap((plan) => plan.batches.map(({ metadata }) => metadata.name));
  const told = new Set(
    received
      .filter(({ notification }) => notification.kind === 'BatchSettled')
      .map(({ notification }) => notification.batch.name),
  );
  const missing = batches.filter((name) => !told.has(name));
  const summary = summarize({ simulation, state, verdict, seed: SEED, nodes: NODES });
  view.print(['', ...summaryLines(summary, size().columns), '']);
  if (missing.length > 0) view.print([`FAILED: no notification arrived for ${missing.join(', ')}.`]);
  else
    view.print([
      `Each of the ${batches.length} batches was notified once, with a valid signature. Next: npm run baton -- simulate --help`,
    ]);
  return verdict.kind === 'Succeeded' && missing.length === 0 ? 0 : 1;
}

process.exit(await main());

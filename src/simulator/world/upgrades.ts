import type { SetTimer } from '../../kube/pause.ts';
import type { ClusterClient } from '../cluster/cluster-client.ts';
import type { ContainerStart } from '../cluster/kubelet/container.ts';
import { seededRandom, seedFor } from '../time/random.ts';
import type { ChooseBehavior, UpgradeBehavior, UpgradeContext } from './behavior.ts';
import { between } from './chance.ts';
import type { Hosts } from './hosts.ts';
import { hasSocket, postReport, reportToSocket, type Report } from './report.ts';
import { effectsOf } from './upgrade-effects.ts';
import { readTarget, type UpgradeTarget } from './upgrade-target.ts';

/** What upgrades work with. */
export interface UpgradesPorts {
  readonly seed: number;
  readonly client: ClusterClient;
  readonly hosts: Hosts;
  /** The true time, in milliseconds since the epoch. */
  readonly now: () => number;
  readonly setTimer: SetTimer;
  readonly choose: ChooseBehavior;
}

/** Progress that an upgrade with a socket reports, in percent; each is a checkpoint. */
const STAGES = [25, 50, 75];
const STAGE_KEY = 'stage';
const CANNOT_START =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start ' +
  'container process: exec: "/upgrade": permission denied';
/** How long an upgrade needs to end after SIGTERM (ms). */
const TERMINATION_MS = 300;
/** How long it waits for the announcement of a reboot to be taken (s), as docs/reports.md advises. */
const ANNOUNCEMENT_SECONDS = 60;

/** Runs the upgrade in a container of a Job. */
export function runUpgrade(start: ContainerStart, ports: UpgradesPorts): void {
  const { env, host } = start;
  const { BATON_NAMESPACE: namespace = '', BATON_BATCH: batch = '', BATON_PROCESS: process = '' } = env;
  const node = env['BATON_NODE'] ?? host.name;
  const target = readTarget(ports.client, { namespace, batch, node, process });
  if (target === undefined) {
    start.exit(1, `there is no batch ${batch}`);
    return;
  }
  const attempt = Number(env['BATON_ATTEMPT'] ?? '1');
  const { plan, revision, version, disruption, isRollback } = target;
  const key = [host.name, namespace, plan, revision, process, isRollback, attempt].join('/');
  const context: UpgradeContext = {
    ...{ namespace, plan, revision, process, version, attempt, disruption, isRollback },
    host: host.name,
    random: seededRandom(seedFor(ports.seed, key)),
  };
  new Upgrade(start, ports, { context, target, batch }).begin(ports.choose(context));
}

interface Subject {
  readonly context: UpgradeContext;
  readonly target: UpgradeTarget;
  /** Name of the UpgradeBatch. */
  readonly batch: string;
}

/** One upgrade process on its host. */
class Upgrade {
  readonly #start: ContainerStart;
  readonly #ports: UpgradesPorts;
  readonly #subject: Subject;
  #alive = true;

  constructor(start: ContainerStart, ports: UpgradesPorts, subject: Subject) {
    this.#start = start;
    this.#ports = ports;
    this.#subject = subject;
    start.onKill(() => {
      this.#alive = false;
    });
    start.onTerminate(() => this.#later(TERMINATION_MS, () => this.#exit(143)));
  }

  begin(behavior: UpgradeBehavior): void {
    const { kind } = behavior;
    if (kind === 'CannotStart') return this.#start.failToStart(CANNOT_START);
    if (hasSocket(this.#start)) void this.#report({ reason: 'UpgradeStarted' });
    if (kind === 'Hangs') return;
    const done = this.#stageReached();
    const ms = Math.round(behavior.ms * (1 - done / 100));
    if (hasSocket(this.#start)) {
      for (const stage of STAGES.filter((each) => each > done)) {
        this.#later((ms * (stage - done)) / (100 - done), () => void this.#report(progressAt(stage)));
      }
    }
    this.#later(ms, () => void this.#conclude(behavior));
  }

  async #conclude(behavior: Exclude<UpgradeBehavior, { readonly kind: 'CannotStart' | 'Hangs' }>): Promise<void> {
    switch (behavior.kind) {
      case 'Succeeds':
        this.#work();
        this.#exit(0);
        break;
      case 'Fails':
        this.#exit(behavior.exitCode ?? 1, behavior.message ?? 'no space left on device');
        break;
      case 'ChangesNothing':
        this.#exit(0);
        break;
      case 'RunsOutOfMemory':
        this.#exit(137, '', 'OOMKilled');
        break;
      case 'IsKilledWhenDone':
        this.#work();
        this.#exit(behavior.exitCode, '', behavior.exitCode === 255 ? 'Unknown' : 'Error');
        break;
      case 'LosesHost':
        this.#ports.hosts.powerOff(this.#start.host.name, behavior.downMs);
        break;
      case 'NeedsNoReboot':
        this.#work();
        await this.#report({ reason: 'UpgradeSucceeded', note: 'nothing to reboot for' });
        this.#exit(0);
        break;
      case 'FailsToReboot':
        await this.#announceReboot();
        await this.#report({ reason: 'UpgradeFailed', note: 'the host cannot reboot' });
        this.#exit(1, 'reboot: Operation not permitted');
        break;
      case 'Reboots':
        if (behavior.announced && !(await this.#announceReboot())) this.#exit(1, 'the reboot could not be announced');
        else if (this.#alive) this.#reboot(behavior);
        break;
    }
  }

  #reboot({ end, downMs }: Extract<UpgradeBehavior, { readonly kind: 'Reboots' }>): void {
    const { host } = this.#start;
    const { hosts, setTimer } = this.#ports;
    this.#work({ reboots: true });
    if (end === 'Unseen') {
      hosts.powerOff(host.name, downMs);
    } else if (end === 'Killed') {
      hosts.reboot(host.name, { downMs, orderly: true });
    } else {
      const { bootId } = host;
      this.#exit(0);
      // `shutdown` was scheduled before the process ended.
      setTimer(between(this.#subject.context.random, 200, 3000), () => {
        if (host.bootId === bootId) hosts.reboot(host.name, { downMs, orderly: true });
      });
    }
  }

  /** What changes on the host when the work is done; what needs a boot shows after it. */
  #work({ reboots = false }: { readonly reboots?: boolean } = {}): void {
    const { hosts, client } = this.#ports;
    const { target, context } = this.#subject;
    const { software, nodeLabels } = effectsOf(target);
    const { name, connected } = this.#start.host;
    hosts.get(name)?.recordRun(context);
    if (reboots) hosts.stage(name, software);
    else hosts.install(name, software);
    if (!reboots && software.kubeletVersion !== undefined) hosts.restartKubelet(name);
    if (connected && Object.keys(nodeLabels).length > 0)
      client.mergePatch(`/api/v1/nodes/${name}`, { metadata: { labels: nodeLabels } });
  }

  #announceReboot(): Promise<boolean> {
    return this.#report({ reason: 'UpgradeRebooting' }, ANNOUNCEMENT_SECONDS);
  }

  /** Resolves to whether the Event exists. */
  async #report(report: Report, waitSeconds?: number): Promise<boolean> {
    const { host } = this.#start;
    const { client, now } = this.#ports;
    const { context, target, batch } = this.#subject;
    if (hasSocket(this.#start)) return reportToSocket(host, context.process, report, waitSeconds);
    const upgrade = { ...context, ...{ batch, batchUid: target.batchUid, node: host.name } };
    return postReport(client, host, upgrade, report, now());
  }

  /** The progress that an earlier attempt left as its checkpoint, in percent. */
  #stageReached(): number {
    const lines = (this.#start.env['BATON_CHECKPOINT'] ?? '').split('\n');
    const stage = lines.find((line) => line.startsWith(`${STAGE_KEY}=`))?.slice(STAGE_KEY.length + 1);
    return STAGES.find((each) => String(each) === stage) ?? 0;
  }

  #exit(code: number, message?: string, reason?: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#start.exit(code, message, reason);
  }

  #later(milliseconds: number, run: () => void): void {
    this.#ports.setTimer(milliseconds, () => {
      if (this.#alive) run();
    });
  }
}

function progressAt(stage: number): Report {
  return { reason: 'UpgradeProgressing', progress: stage, task: `${stage} %`, checkpoint: `${STAGE_KEY}=${stage}` };
}

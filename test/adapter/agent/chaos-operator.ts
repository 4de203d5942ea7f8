import { nextDeliveries } from '../../../src/core/baton/deliveries.ts';
import type { AgentWorld, RunningAgent } from './agent-world.ts';

const SECOND_MS = 1_000;
const LEASE_MS = 15 * SECOND_MS;
/** The kubelet kills what has not ended so long after SIGTERM: the agent Pod's grace period. */
const POD_GRACE_MS = 15 * SECOND_MS;
/** The next batch waits so long for the notification of the last one. */
const DELIVERY_WAIT_MS = 30 * SECOND_MS;

/** The operator's and the kubelets' part in what agents see. `agent-step.ts` and `baton-step.ts` are the real one's. */
export class ChaosOperator {
  readonly #world: AgentWorld;
  readonly #random: () => number;
  readonly #deleting = new Set<RunningAgent>();
  holder: RunningAgent;
  batch = 1;
  #nodes = 0;
  #seen = '';
  #seenAt = 0;
  #isMoving = false;

  constructor(world: AgentWorld, random: () => number) {
    this.#world = world;
    this.#random = random;
    this.holder = this.#makeAgent();
  }

  /** Watches over the holder, and copies receipts now and then, for it writes a status only so often. */
  async run(): Promise<void> {
    for (;;) {
      this.observe();
      await this.#world.time.sleep(SECOND_MS);
    }
  }

  observe(): void {
    if (this.#random() < 0.5) this.#world.cluster.copyReceipts();
    this.#look();
    if (this.#isSilent() || this.#deleting.has(this.holder)) void this.#replace();
  }

  /** Begins the next batch, once everybody has been told of this one or enough was waited. */
  async nextBatch(told: () => boolean): Promise<void> {
    const { time } = this.#world;
    const until = time.now + DELIVERY_WAIT_MS;
    while (!told() && time.now < until) await time.sleep(SECOND_MS);
    this.batch += 1;
    await this.#replace();
  }

  /** The holder's own turn is next. */
  handOver(): void {
    void this.#replace();
  }

  /** Somebody deletes the holder's Pod. */
  drain(): void {
    void this.#terminate(this.holder);
  }

  /** The kubelet starts the container of a killed agent again, in the same Pod. */
  async restart(agent: RunningAgent): Promise<void> {
    await this.#world.time.sleep((1 + this.#random() * 9) * SECOND_MS);
    if (this.#deleting.has(agent)) return;
    const again = this.#world.start(agent.node, agent.podUid);
    if (this.holder === agent) this.holder = again;
  }

  /** A holder that may be sending ends that first, as long as it renews. */
  async #replace(): Promise<void> {
    if (this.#isMoving) return;
    this.#isMoving = true;
    const before = this.holder;
    void this.#terminate(before);
    const { time, cluster } = this.#world;
    const untold = (): boolean => nextDeliveries(cluster.outbox(), cluster.lease.receipts).size > 0;
    while (untold() && before.endedAt === undefined && !before.process.killed && !this.#isSilent()) {
      await time.sleep(SECOND_MS / 2);
      this.#look();
    }
    this.holder = this.#makeAgent();
    this.#isMoving = false;
  }

  #look(): void {
    const seen = JSON.stringify(this.#world.cluster.lease.object);
    if (seen !== this.#seen) this.#seenAt = this.#world.time.now;
    this.#seen = seen;
  }

  #isSilent(): boolean {
    return this.#world.time.now - this.#seenAt > LEASE_MS;
  }

  #makeAgent(): RunningAgent {
    this.#nodes += 1;
    const agent = this.#world.start(`node-${this.#nodes}`);
    this.#world.cluster.passBaton(agent, `kernel-7f3c-${this.batch}`);
    this.#seenAt = this.#world.time.now;
    return agent;
  }

  /** A machine that stands still, stands still with its kubelet. */
  async #terminate(agent: RunningAgent): Promise<void> {
    if (this.#deleting.has(agent)) return;
    const { time } = this.#world;
    this.#deleting.add(agent);
    await time.sleep(this.#random() * 3 * SECOND_MS);
    await agent.process.running();
    agent.stoppedAt = time.now;
    agent.stop.abort();
    await time.sleep(POD_GRACE_MS);
    if (agent.endedAt === undefined) agent.process.kill();
  }
}

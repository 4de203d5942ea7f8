import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { SocketAnswer } from '../../../../src/reporter/report-routes.ts';
import { NODE, OneNode } from './support/one-node.ts';

// Each test takes a second of an idle machine.
jest.setTimeout(60_000);

const SOCKET = '/run/baton/report.sock';
const STARTED = { method: 'POST', path: '/v1/reports', body: { reason: 'UpgradeStarted', note: 'unpacking' } } as const;
const OPS = { name: 'ops', webhook: { url: 'https://hooks.example/ops' } };
const MAIL = { name: 'mail', email: { to: ['ops@example.com'], from: 'baton@example.com', smtpSecretRef: { name: 'smtp' } } };
const EVENTS = { name: 'events', events: {} };

/** Runs until the Job of the node exists, for ten seconds more, and returns the name of the Job. */
async function untilJob(world: OneNode): Promise<string> {
  await world.until(() => world.jobs().length === 1);
  await world.pass(10);
  return world.jobs()[0]?.metadata.name ?? '';
}

/** Runs a plan of one node to its end, with a report on the way. */
async function rollOut(world: OneNode): Promise<SocketAnswer> {
  world.files.write('/var/run/baton/sinks/mail/smtp/host', 'smtp.example');
  world.startOperator();
  world.startReporter();
  world.applyPlan([OPS, MAIL, EVENTS], { report: 'Socket' });
  const job = await untilJob(world);
  const reported = world.sockets.connect(SOCKET).request(STARTED);
  await world.pass(20);
  world.completeJob(job);
  await world.until(() => world.condition('Succeeded') === 'True');
  await world.pass(60);
  return reported;
}

describe('The programs of Baton in virtual time', () => {
  let world: OneNode;
  beforeEach(() => {
    world = new OneNode();
  });

  it('roll out a plan, accept a report, and notify every sink', async () => {
    const reported = await rollOut(world);

    expect(reported).toMatchObject({ status: 201, body: { status: 'reported' } });
    const sent = world.messages.messages.filter(({ notification }) => notification !== undefined);
    const bySink = sent.toSorted((a, b) => ((a.sink ?? '') < (b.sink ?? '') ? -1 : 1));
    expect(bySink.map(({ sink, node, method, url, accepted }) => ({ sink, node, method, url, accepted }))).toEqual([
      { sink: 'events', node: NODE, method: 'EVENT', url: expect.stringContaining('/namespaces/fleet/events/'), accepted: true },
      { sink: 'mail', node: NODE, method: 'MAIL', url: 'smtp://smtp.example:587', accepted: true },
      { sink: 'ops', node: NODE, method: 'POST', url: 'https://hooks.example/ops', accepted: true },
    ]);
    const [, mail, ops] = bySink;
    expect(ops?.notification).toMatchObject({ kind: 'BatchSettled', outcome: 'Succeeded' });
    expect(JSON.parse(ops?.body ?? '')).toEqual(ops?.notification);
    expect(mail?.body).toMatch(/^To: ops@example.com$/m);
    // Once everything is sent, the operator deletes the agent's Pod.
    expect([...world.agents.values()].map(({ process }) => process.alive)).toEqual([false]);
  });

  it('do the same to the byte with the same seed', async () => {
    const other = new OneNode();
    await rollOut(world);
    await rollOut(other);

    expect(other.transcript.length).toBeGreaterThan(50);
    expect(other.transcript).toEqual(world.transcript);
    expect(other.messages.messages).toEqual(world.messages.messages);
    expect(other.logged).toEqual(world.logged);
  });

  it('do something else with another seed', async () => {
    const other = new OneNode(2);
    await rollOut(world);
    await rollOut(other);

    expect(other.transcript).not.toEqual(world.transcript);
  });

  it('end with exit code 0 after SIGTERM', async () => {
    const programs = [world.startOperator(), world.startReporter()];
    world.applyPlan([OPS]);
    await untilJob(world);
    programs.push(...world.agents.values());

    for (const { process } of programs) process.terminate();
    await world.pass(60);

    expect(await Promise.all(programs.map(({ ended }) => ended))).toEqual(programs.map(() => ({ kind: 'Exited', exitCode: 0 })));
    expect(programs.length).toBe(3);
    await expect(world.sockets.connect(SOCKET).request(STARTED)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('end with exit code 2 when the configuration is invalid', async () => {
    const { ended } = world.startOperator({ BATON_GATE_ALLOW: '??' });

    expect(await ended).toMatchObject({
      kind: 'Failed',
      exitCode: 2,
      error: { message: expect.stringContaining('BATON_GATE_ALLOW') },
    });
  });

  it('do nothing any more once they were killed', async () => {
    const programs = [world.startOperator(), world.startReporter()];
    world.applyPlan([OPS], { report: 'Socket' });
    const job = await untilJob(world);
    programs.push(...world.agents.values());
    const [requests, logged] = [world.transcript.length, world.logged.length];

    const call = world.sockets.connect(SOCKET).request(STARTED);
    for (const { process } of programs) process.kill();
    await expect(call).rejects.toMatchObject({ code: 'ECONNRESET' });
    world.completeJob(job);
    await world.pass(600);

    expect(await Promise.all(programs.map(({ ended }) => ended))).toEqual(programs.map(() => ({ kind: 'Killed' })));
    expect(world.transcript).toHaveLength(requests);
    expect(world.logged).toHaveLength(logged);
    expect(world.messages.messages.filter(({ notification }) => notification !== undefined)).toEqual([]);
    await expect(world.sockets.connect(SOCKET).request(STARTED)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('leave reports that are not posted to the next reporter of the host', async () => {
    const events = (): number => world.client.list('/apis/events.k8s.io/v1/namespaces/fleet/events').length;
    const killed = world.startReporter();
    world.startOperator();
    world.applyPlan([], { report: 'Socket' });
    await untilJob(world);
    const call = world.sockets.connect(SOCKET).request(STARTED);
    await world.pass(0);
    killed.process.kill();
    await expect(call).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect([events(), JSON.parse(world.ledger.saved ?? '')]).toMatchObject([0, { pending: [{ process: 'os' }] }]);

    world.startReporter();
    await world.pass(10);

    expect(events()).toBe(1);
    world.ledger.clear();
    world.sockets.clear();
    expect(world.ledger.saved).toBeUndefined();
    await expect(world.sockets.connect(SOCKET).request(STARTED)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('continue where killed ones stopped', async () => {
    const killed = world.startOperator();
    world.applyPlan([OPS]);
    const job = await untilJob(world);
    killed.process.kill();
    world.completeJob(job);
    await world.pass(60);

    const next = world.startOperator();
    expect(next.isReady()).toBe(false);
    await world.until(() => world.condition('Succeeded') === 'True');

    expect([killed.isReady(), next.isReady()]).toEqual([false, true]);
  });
});

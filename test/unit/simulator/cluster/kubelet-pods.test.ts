import { beforeEach, describe, expect, it } from '@jest/globals';
import { asObject, asObjects, type Json } from '../../../../src/core/json.ts';
import { container, SmallCluster, START } from '../support/small-cluster.ts';

const PODS = '/api/v1/namespaces/default/pods';

let cluster: SmallCluster;

function conditions(): Json {
  return Object.fromEntries(asObjects(cluster.podStatus()['conditions']).map(({ type, status }) => [String(type), status]));
}

beforeEach(async () => {
  cluster = new SmallCluster();
  cluster.hosts.add({ name: 'node-1' });
  await cluster.after(30);
});

describe('A Pod that never restarts', () => {
  it('waits, runs and completes, with the termination message of its container', async () => {
    cluster.program = (start) => void cluster.time.setTimer(20_000, () => start.exit(0, 'all done'));

    cluster.createPod();
    await cluster.after(1);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Pending' });
    expect(cluster.containerStatus()).toMatchObject({ state: { waiting: { reason: 'ContainerCreating' } }, restartCount: 0 });

    await cluster.after(10);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running', podIP: expect.any(String), startTime: expect.any(String) });
    expect(cluster.containerStatus()).toMatchObject({ state: { running: {} }, ready: true, started: true });
    expect(conditions()).toMatchObject({ Initialized: 'True', Ready: 'True', ContainersReady: 'True' });

    await cluster.after(30);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Succeeded' });
    expect(cluster.containerStatus()).toMatchObject({
      state: { terminated: { exitCode: 0, reason: 'Completed', message: 'all done' } },
      ready: false,
    });
    expect(conditions()).toMatchObject({ Ready: 'False' });
    expect(cluster.started).toHaveLength(1);
  });

  it.each([
    { what: 'an error', code: 3, reason: undefined, shown: 'Error' },
    { what: 'too little memory', code: 137, reason: 'OOMKilled', shown: 'OOMKilled' },
  ])('fails with $what', async ({ code, reason, shown }) => {
    cluster.program = (start) => void cluster.time.setTimer(1000, () => start.exit(code, 'why', reason));

    cluster.createPod();
    await cluster.after(20);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Failed' });
    expect(cluster.containerStatus()).toMatchObject({ state: { terminated: { exitCode: code, reason: shown, message: 'why' } } });
  });

  it('fails when its program does not exist, without having run', async () => {
    cluster.program = (start) => start.failToStart('exec: "/none": stat /none: no such file or directory');

    cluster.createPod();
    await cluster.after(20);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Failed' });
    expect(cluster.containerStatus()).toMatchObject({
      state: { terminated: { exitCode: 128, reason: 'StartError', startedAt: '1970-01-01T00:00:00Z' } },
    });
  });

  it('runs its init containers one after the other, and ends with the one that fails', async () => {
    cluster.program = (start) => {
      const code = start.name === 'second' ? 5 : 0;
      cluster.time.setTimer(5000, () => start.exit(code));
    };

    cluster.createPod({ initContainers: [container({ name: 'first' }), container({ name: 'second' })] });
    await cluster.after(60);

    expect(cluster.started.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(cluster.podStatus()).toMatchObject({
      phase: 'Failed',
      initContainerStatuses: [{ state: { terminated: { exitCode: 0 } } }, { state: { terminated: { exitCode: 5 } } }],
      containerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }],
    });
  });

  it('stops its sidecar once its own container has ended', async () => {
    cluster.program = (start) => {
      if (start.name === 'main') cluster.time.setTimer(10_000, () => start.exit(0));
      else start.onTerminate(() => start.exit(0));
    };

    cluster.createPod({ initContainers: [container({ name: 'sidecar', restartPolicy: 'Always' })] });
    await cluster.after(10);
    expect(cluster.started.map(({ name }) => name)).toEqual(['sidecar', 'main']);
    await cluster.after(30);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Succeeded' });
  });

  it('is stopped at its own deadline', async () => {
    cluster.program = (start) => start.onTerminate(() => start.exit(143));

    cluster.createPod({ activeDeadlineSeconds: 30 });
    await cluster.after(20);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
    await cluster.after(20);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
    expect(cluster.containerStatus()).toMatchObject({ state: { terminated: { exitCode: 143 } } });
  });

  it('does not start on a full disk', async () => {
    cluster.hosts.setDiskFull('node-1', true);

    cluster.createPod();
    await cluster.after(20);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
    expect(cluster.nodeCondition('DiskPressure')).toBe('True');
    expect(cluster.started).toEqual([]);
  });
});

describe('Images', () => {
  it('are pulled again and again, with the words of the runtime', async () => {
    const message =
      'rpc error: code = NotFound desc = failed to pull and unpack image "x": no match for platform in manifest: not found';
    cluster.pullImage = () => ({ kind: 'Failed', ms: 1000, message });

    cluster.createPod();
    await cluster.after(4);
    expect(cluster.containerStatus()).toMatchObject({ state: { waiting: { reason: 'ErrImagePull', message } } });
    await cluster.after(7);
    expect(cluster.containerStatus()).toMatchObject({
      state: {
        waiting: {
          reason: 'ImagePullBackOff',
          message: `Back-off pulling image "registry.example/main:1": ErrImagePull: ${message}`,
        },
      },
    });

    cluster.pullImage = () => ({ kind: 'Pulled', ms: 1000 });
    await cluster.after(60);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
  });

  it('leave no word about what never ran when the Pod is deleted meanwhile', async () => {
    cluster.pullImage = () => ({ kind: 'Failed', ms: 1000, message: 'not found' });
    cluster.createPod({}, { finalizers: ['example.com/keep'] });
    await cluster.after(20);

    cluster.client.delete(`${PODS}/pod`);
    await cluster.after(10);

    // So do real kubelets: an exit code without a start.
    expect(cluster.podStatus()).toMatchObject({ phase: 'Failed' });
    expect(cluster.containerStatus()).toMatchObject({
      state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', startedAt: null } },
    });
  });

  it('that are on the disk are not pulled', async () => {
    cluster.pullImage = () => ({ kind: 'Failed', ms: 1000, message: 'not found' });
    cluster.hosts.get('node-1')?.images.add('registry.example/main:1');

    cluster.createPod();
    await cluster.after(10);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
  });
});

describe('A deleted Pod', () => {
  it('gets SIGTERM and its grace period, and goes once its containers have ended', async () => {
    let terminatedAt = 0;
    cluster.program = (start) => {
      start.onTerminate(() => {
        terminatedAt = cluster.time.now();
        cluster.time.setTimer(5000, () => start.exit(0));
      });
    };
    cluster.createPod({}, { finalizers: ['example.com/keep'] });
    await cluster.after(10);

    cluster.client.delete(`${PODS}/pod`);
    await cluster.after(3);
    expect(terminatedAt).toBeGreaterThan(START);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
    await cluster.after(10);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Succeeded' });
    expect(cluster.pod()?.metadata.deletionGracePeriodSeconds).toBe(0);

    cluster.client.mergePatch(`${PODS}/pod`, { metadata: { finalizers: null } });
    await cluster.after(1);
    expect(cluster.pod()).toBeUndefined();
  });

  it('is killed at the end of its grace period', async () => {
    let killed = false;
    cluster.program = (start) =>
      start.onKill(() => {
        killed = true;
      });
    cluster.createPod({ terminationGracePeriodSeconds: 20 });
    await cluster.after(10);

    cluster.client.delete(`${PODS}/pod`);
    await cluster.after(19);
    expect(killed).toBe(false);
    expect(cluster.pod()).toBeDefined();
    await cluster.after(5);

    expect(killed).toBe(true);
    expect(cluster.pod()).toBeUndefined();
  });

  it('stops its containers also when its object is gone at once', async () => {
    let terminated = false;
    cluster.program = (start) =>
      start.onTerminate(() => {
        terminated = true;
        start.exit(0);
      });
    cluster.createPod();
    await cluster.after(10);

    cluster.client.delete(`${PODS}/pod`, { gracePeriodSeconds: 0 });
    expect(cluster.pod()).toBeUndefined();
    await cluster.after(10);

    expect(terminated).toBe(true);
    expect(cluster.hosts.get('node-1')?.runtime.pods).toEqual([]);
  });
});

describe('A Pod that restarts', () => {
  it('is started again with a growing delay', async () => {
    cluster.program = (start) => void cluster.time.setTimer(1000, () => start.exit(1, 'oops'));

    cluster.createPod({ restartPolicy: 'Always' });
    await cluster.after(15);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
    expect(cluster.containerStatus()).toMatchObject({
      state: { waiting: { reason: 'CrashLoopBackOff', message: expect.stringMatching(/^back-off \d+s restarting failed/) } },
      lastState: { terminated: { exitCode: 1, message: 'oops' } },
      restartCount: 1,
      ready: false,
    });
    await cluster.after(185);

    const seconds = cluster.started.map((start) => start.restarts);
    expect(seconds).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('is done when it succeeds and restarts on failure only', async () => {
    cluster.program = (start) => void cluster.time.setTimer(1000, () => start.exit(start.restarts === 0 ? 1 : 0));

    cluster.createPod({ restartPolicy: 'OnFailure' });
    await cluster.after(60);

    expect(cluster.started).toHaveLength(2);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Succeeded' });
    expect(cluster.containerStatus()).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 1 } } });
  });

  it('is ready when its probe succeeds, and as its program says', async () => {
    cluster.createPod({
      restartPolicy: 'Always',
      containers: [container({ readinessProbe: { initialDelaySeconds: 30, exec: {} } })],
    });
    await cluster.after(20);
    expect(cluster.containerStatus()).toMatchObject({ state: { running: {} }, ready: false });
    await cluster.after(40);
    expect(conditions()).toMatchObject({ Ready: 'True' });

    cluster.started[0]?.setReady(false);
    await cluster.after(5);
    expect(conditions()).toMatchObject({ Ready: 'False' });
  });
});

describe('What a container finds', () => {
  it('is made from the Pod, Secrets and ConfigMaps', async () => {
    cluster.client.create('/api/v1/namespaces/default/secrets', { metadata: { name: 'token' }, data: { key: 'czNjcmV0' } });
    cluster.client.create('/api/v1/namespaces/default/configmaps', { metadata: { name: 'map' }, data: { a: '1', b: '2' } });

    cluster.createPod(
      {
        containers: [
          container({
            command: ['/run', '$(NODE)', '$$(NODE)', '$(UNKNOWN)'],
            args: ['--secret=$(SECRET)'],
            env: [
              { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
              { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.annotations['example.com/x']" } } },
              { name: 'SECRET', valueFrom: { secretKeyRef: { name: 'token', key: 'key' } } },
              { name: 'NONE', valueFrom: { configMapKeyRef: { name: 'map', key: 'z', optional: true } } },
              { name: 'BOTH', value: '$(NODE)/$(LABEL)' },
            ],
            volumeMounts: [
              { name: 'all', mountPath: '/etc/all' },
              { name: 'host', mountPath: '/host' },
            ],
          }),
        ],
        volumes: [
          { name: 'host', hostPath: { path: '/' } },
          {
            name: 'all',
            projected: {
              sources: [
                { secret: { name: 'token', items: [{ key: 'key', path: 'secret/key' }] } },
                { secret: { name: 'absent', optional: true } },
                { configMap: { name: 'map' } },
                { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
              ],
            },
          },
        ],
      },
      { labels: { app: 'x' }, annotations: { 'example.com/x': 'y' } },
    );
    await cluster.after(10);

    const [start] = cluster.started;
    expect(start?.command).toEqual(['/run', 'node-1', '$(NODE)', '$(UNKNOWN)']);
    expect(start?.args).toEqual(['--secret=s3cret']);
    expect(start?.env).toMatchObject({ BOTH: 'node-1/y', KUBERNETES_SERVICE_HOST: '10.96.0.1' });
    expect(start?.env).not.toHaveProperty('NONE');
    expect(start?.files.list('/etc/all')).toEqual(['/etc/all/a', '/etc/all/b', '/etc/all/labels', '/etc/all/secret/key']);
    expect(start?.files.read('/etc/all/labels')).toBe('app="x"');
    expect(start?.hostPaths.get('/host')).toBe('/');

    cluster.client.mergePatch('/api/v1/namespaces/default/configmaps/map', { data: { a: 'new', b: null } });
    expect(start?.files.read('/etc/all/a')).toBe('1');
    await cluster.after(95);
    expect(start?.files.read('/etc/all/a')).toBe('new');
    expect(start?.files.read('/etc/all/b')).toBeUndefined();
  });

  it('keeps it waiting while a Secret to mount is missing', async () => {
    cluster.createPod({
      containers: [container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] })],
      volumes: [{ name: 'v', secret: { secretName: 'late' } }],
    });
    await cluster.after(60);
    expect(cluster.containerStatus()).toMatchObject({ state: { waiting: { reason: 'ContainerCreating' } } });

    cluster.client.create('/api/v1/namespaces/default/secrets', { metadata: { name: 'late' }, data: {} });
    await cluster.after(130);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
  });

  it('keeps it waiting while a key of its environment is missing', async () => {
    const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'map', key: 'a' } } }];
    cluster.createPod({ containers: [container({ env })] });
    await cluster.after(10);
    expect(cluster.containerStatus()).toMatchObject({
      state: { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "map" not found' } },
    });

    cluster.client.create('/api/v1/namespaces/default/configmaps', { metadata: { name: 'map' }, data: { b: '' } });
    await cluster.after(30);
    const { message } = asObject(asObject(cluster.containerStatus()['state'])['waiting']);
    expect(message).toBe("couldn't find key a in ConfigMap default/map");
  });
});

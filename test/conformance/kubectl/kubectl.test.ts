import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COMMANDS } from './commands.ts';
import { embeddedClient, NAMESPACE, realClient, type KubectlClient } from './clients.ts';
import { plan } from './manifests.ts';
import { normalizeOutput, normalizeText } from './normalize-output.ts';

describe('kubectl', () => {
  let real: KubectlClient;
  let embedded: Awaited<ReturnType<typeof embeddedClient>>;

  beforeAll(async () => {
    [real, embedded] = await Promise.all([realClient(), embeddedClient()]);
    for (const each of [real, embedded]) {
      const namespace = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
      await each.run(['create', '-f', '-'], namespace);
    }
  }, 120_000);

  afterAll(async () => {
    await Promise.all([real.close(), embedded.close()]);
  }, 60_000);

  describe('prints the same for both servers', () => {
    it.each(COMMANDS.map((command, index) => ({ ...command, title: `${index + 1}: ${command.args}` })))(
      '$title',
      async ({ args, input, code = 0 }) => {
        const words = args.split(/ (?!"|[^[{]*[\]}])/);

        const [expected, actual] = await Promise.all([real.run(words, input), embedded.run(words, input)]);

        expect(normalizeOutput(actual)).toEqual(normalizeOutput(expected));
        expect(expected.code).toBe(code);
      },
      60_000,
    );

    it('get uplan -w', async () => {
      const [expected, actual] = await Promise.all([real, embedded].map(watchedPlan));
      expect(actual).toEqual(expected);
      expect(expected).toHaveLength(4);
    }, 90_000);
  });

  it('has needed nothing that the embedded server does not support', () => {
    expect(embedded.warnings()).toEqual([]);
  });

  describe('says what the embedded server does not support', () => {
    it.each([
      { args: 'apply --server-side -f -', input: plan(), what: 'server-side apply' },
      { args: 'auth whoami', what: 'selfsubjectreviews of authentication.k8s.io/v1' },
      { args: 'auth can-i get pods', what: 'selfsubjectaccessreviews of authorization.k8s.io/v1' },
      { args: 'logs app -c main', what: 'logs: no container runs here' },
      { args: 'create cronjob c --image=i --schedule=@daily', what: 'cronjobs of batch/v1' },
      { args: 'exec app -c main -- ls', what: 'POST of the subresource pods/exec' },
    ])(
      '$args',
      async ({ args, input, what }) => {
        const { code, stderr } = await embedded.run(args.split(' '), input);
        expect(code).toBe(1);
        expect(stderr).toContain(`The embedded API server does not support ${what}.`);
      },
      60_000,
    );
  });
});

/** A plan as a watch shows it: created, changed, deleted. */
async function watchedPlan(client: KubectlClient): Promise<readonly string[]> {
  await client.run(['create', '-f', '-'], plan());
  const lines = await client.lines(
    ['get', 'uplan', '-w'],
    [
      () => client.run(['patch', 'uplan', 'os', '--subresource=status', '--type=merge', '--patch={"status":{"progress":"1/2"}}']),
      () => client.run(['delete', 'uplan', 'os']),
    ],
  );
  return lines.map(normalizeText);
}

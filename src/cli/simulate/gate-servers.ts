import type { Gate, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { OutsideServers } from '../../simulator/programs/outside-servers.ts';
import type { ReceiverAnswer } from '../../simulator/programs/receiver.ts';
import type { Gates } from '../../simulator/world/gates.ts';

/** What answers gates. */
export interface GateServers {
  readonly servers: Pick<OutsideServers, 'serve'>;
  readonly gates: Pick<Gates, 'isOpen'>;
}

/** A status that no plan expects. */
const CLOSED_STATUS = 503;

/** Answers the HTTP and Prometheus gates of a plan. */
export function answerGates(object: KubeObject, { servers, gates }: GateServers): void {
  const all = (object['spec'] as Partial<UpgradePlan['spec']> | undefined)?.gates ?? [];
  for (const { name, http } of all) {
    if (http === undefined) continue;
    const status = (): number => (gates.isOpen(name) ? http.expectStatus : CLOSED_STATUS);
    servers.serve(new URL(http.url).href, () => ({ kind: 'Answers', status: status() }));
  }
  // Several gates ask the same Prometheus.
  for (const address of new Set(all.flatMap(({ prometheus }) => prometheus?.address ?? []))) {
    servers.serve(new URL(address).href, ({ url }) => {
      const gate = all.find(
        ({ prometheus }) => prometheus?.address === address && prometheus.query === url.searchParams.get('query'),
      );
      return gate === undefined ? { kind: 'Answers', status: 404 } : sample(gate, gates.isOpen(gate.name));
    });
  }
}

/** An instant query's answer within the limits, or beyond one of them. */
function sample({ prometheus: { max, min } = { address: '', query: '' } }: Gate, isOpen: boolean): ReceiverAnswer {
  const limit = Number(max ?? min ?? 0);
  const beyond = max === undefined ? limit - 1 : limit + 1;
  const result = [{ metric: {}, value: [0, String(isOpen ? limit : beyond)] }];
  return { kind: 'Answers', status: 200, body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }) };
}

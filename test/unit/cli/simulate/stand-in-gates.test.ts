import { expect, it } from '@jest/globals';
import { withStandInGates } from '../../../../src/cli/simulate/stand-in-gates.ts';

const gates = [
  { name: 'pages', prometheus: { address: 'https://p.example', query: 'up', credential: 'monitoring' } },
  { name: 'ceph', when: 'BeforeNode', object: { kind: 'CephCluster' } },
  { name: 'smoke', job: {} },
];
const plan = { kind: 'UpgradePlan', metadata: { name: 'kernel' }, spec: { version: '1', gates } };

it('Gates that a simulation cannot answer get a stand-in, and the user is told', () => {
  const { object, notes } = withStandInGates(plan);
  expect(object['spec']).toEqual({
    version: '1',
    gates: [
      { name: 'pages', prometheus: { address: 'https://p.example', query: 'up' } },
      { name: 'ceph', when: 'BeforeNode', http: { url: 'https://gates.simulated.example/ceph', expectStatus: 200 } },
      { name: 'smoke', job: {} },
    ],
  });
  expect(notes).toEqual([
    'The gate ceph of the plan kernel is open: its objects are not simulated. To close it, use --gate ceph=closed@…',
    'The credentials of 1 gate of the plan kernel are not checked.',
  ]);
});

it('Other objects stay as they are', () => {
  const secret = { kind: 'Secret', metadata: { name: 'a' } };
  expect(withStandInGates(secret)).toEqual({ object: secret, notes: [] });
});

import { describe, expect, it } from '@jest/globals';
import { hideNames, hideNamesIn, withShortNames } from '../../../../../src/core/notification/consolidation/hide-names.ts';

const NAMES = withShortNames(['node-3', 'db-1.rack-7.example', '10.0.0.4', 'ip-10-0-1-4.internal']);

describe('Hiding the names of nodes', () => {
  it.each([
    ['node-3 is lost', '<node> is lost'],
    ['lost: node-3.', 'lost: <node>.'],
    ['node-31 and node-30 are others', 'node-31 and node-30 are others'],
    ['NODE-3 shouts', '<node> shouts'],
    ['waits for Pod kube-system/etcd-node-3', 'waits for Pod kube-system/etcd-<node>'],
    ['https://node-3:10250/healthz', 'https://<node>:10250/healthz'],
    ['db-1.rack-7.example and db-1', '<node> and <node>'],
    ['dial tcp 10.0.0.4:443: refused', 'dial tcp <node>:443: refused'],
    ['10.0.0.40 and version 10', '10.0.0.40 and version 10'],
    ['ip-10-0-1-4.internal, ip-10-0-1-4', '<node>, <node>'],
    ['node-3node-3', 'node-3node-3'],
    ['設定 node-3 が', '設定 <node> が'],
  ])('%p becomes %p', (text, hidden) => {
    expect(hideNames(text, NAMES)).toBe(hidden);
  });

  it('changes only free text, not what programs read', () => {
    const data = { plan: 'node-3', causes: [{ message: 'node-3 is lost', reason: 'node-3', count: 1 }] };

    expect(hideNamesIn(data, NAMES)).toEqual({
      plan: 'node-3',
      causes: [{ message: '<node> is lost', reason: 'node-3', count: 1 }],
    });
  });
});

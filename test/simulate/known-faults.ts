/**
 * Invariants that Baton is known not to keep, each with the entry of the list of trials that its scenario under
 * test/unit/simulator/must-see shows. An invariant is taken off when its entry is mended.
 */
export const KNOWN_FAULTS: Readonly<Record<string, string>> = {
  LostHostFailed: 'E1: a host that is lost in mid-upgrade counts as skipped',
  HostsDownWithinLimit: 'E2: a host whose Node is gone or replaced does not count as down',
  WritesHaveEffect: 'E5: conflicts and refusals are not backed off',
  RefusalsShown: 'E5, E6: what the API server refuses is shown nowhere',
  NoJobStartsDeleted: 'E11: what has not begun goes on',
  NoJobStartsPaused: 'E11: what has not begun goes on',
  NoJobStartsEnded: 'E11: what has not begun goes on',
  NoJobStartsSuperseded: 'E11: what has not begun goes on',
  NoJobStartsRollingBack: 'E11: what has not begun goes on',
  NoJobStartsWindowClosed: 'E11: what has not begun goes on',
  NoJobStartsFrozen: 'E11: what has not begun goes on',
  NoJobStartsGateClosed: 'E11: what has not begun goes on',
  NoJobStartsDependencyUnmet: 'E11: what has not begun goes on',
  NoJobStartsGroupHeldByOther: 'E11: what has not begun goes on',
  NoJobStartsNotApproved: 'E11: what has not begun goes on',
  NoJobStartsPastBudget: 'E11: what has not begun goes on',
  NothingStartsSoaking: "E28: the operator's own clock ends soaks, marks nodes as overdue, and makes freezes stale",
  HostRunsRevisionOnce:
    'Not in the list: a Pod that an unannounced reboot kills is retried, although the host comes back at the version',
  OneControlPlaneNode: 'E24: other plans and nodes that the plan does not select are not seen',
};

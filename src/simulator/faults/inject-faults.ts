import type { SetTimer } from '../../kube/pause.ts';
import type { ApiServer } from '../api-server/create-api-server.ts';
import type { Network } from '../process/network.ts';
import type { FaultPorts } from './fault-ports.ts';
import { scheduledFaults, type FaultSource } from './fault-source.ts';
import { FaultSpans } from './fault-spans.ts';
import { faultyNetwork } from './faulty-network.ts';
import { Points } from './points.ts';
import type { FaultKind, Schedule, ScheduledFault, TimedFault } from './schedule.ts';

/** What faults are injected with. */
export interface FaultInjectorOptions {
  readonly schedule: Schedule;
  /** Faults at points, in addition to those of the schedule. */
  readonly source?: FaultSource;
  readonly base: Network;
  readonly server: Pick<ApiServer, 'handle'>;
  readonly now: () => number;
  readonly setTimer: SetTimer;
  readonly ports: FaultPorts;
  /** The newest resourceVersion of the cluster. */
  readonly version: () => number;
  /** Sees every fault as it is injected. */
  readonly onFault?: (fault: ScheduledFault) => void;
}

/** Injects the faults of a run. */
export interface FaultInjector {
  /** The network for every program. */
  readonly network: Network;
  readonly points: Points;
  /** Everything that was injected, as a schedule that does the same again. */
  readonly injected: Schedule;
  /** How many faults of each kind were injected. */
  readonly counts: () => ReadonlyMap<FaultKind, number>;
  /** Begins the faults that have a time. Call it when the run begins. */
  readonly start: () => void;
  /** From now on there are no more faults. Those that last go on until their end. */
  readonly stop: () => void;
}

/** Creates what injects the faults of a run. */
export function createFaultInjector(options: FaultInjectorOptions): FaultInjector {
  const { schedule, source = NO_FAULTS, base, server, now, setTimer, ports } = options;
  const injected: ScheduledFault[] = [];
  const note = (fault: ScheduledFault): void => {
    injected.push(fault);
    options.onFault?.(fault);
  };
  const points = new Points();
  const spans = new FaultSpans(now);
  const state = { stopped: false };
  const scheduled = scheduledFaults(schedule);
  const network = faultyNetwork({
    ...{ base, points, spans, server, setTimer },
    source: {
      requestFault: (point) => {
        const other = source.requestFault(point);
        return state.stopped ? undefined : (scheduled.requestFault(point) ?? other);
      },
      eventFault: (point) => {
        const other = source.eventFault(point);
        return state.stopped ? undefined : (scheduled.eventFault(point) ?? other);
      },
    },
    killProgram: ports.killProgram,
    onFault: note,
  });
  return {
    network,
    points,
    injected,
    counts: () => countByKind(injected),
    start: () => {
      for (const entry of schedule) {
        if (!isTimed(entry)) continue;
        setTimer(entry.at.ms, () => {
          if (state.stopped) return;
          note(entry);
          begin(entry.fault, options, spans);
        });
      }
    },
    stop: () => {
      state.stopped = true;
    },
  };
}

const NO_FAULTS: FaultSource = { requestFault: () => undefined, eventFault: () => undefined };

function isTimed(entry: ScheduledFault): entry is { at: { ms: number }; fault: TimedFault } {
  return 'ms' in entry.at;
}

function countByKind(faults: Schedule): ReadonlyMap<FaultKind, number> {
  const counts = new Map<FaultKind, number>();
  for (const { fault } of faults) counts.set(fault.kind, (counts.get(fault.kind) ?? 0) + 1);
  return counts;
}

function begin(fault: TimedFault, { ports, setTimer, version }: FaultInjectorOptions, spans: FaultSpans): void {
  switch (fault.kind) {
    case 'Partition':
      return spans.partition(fault.program, fault.forMs);
    case 'WatchesStall':
      return spans.stallWatches(fault.program, fault.forMs);
    case 'WritesRefused':
      return spans.refuseWrites(fault, fault.forMs);
    case 'Rewind':
      spans.rewind(fault.program, Math.max(1, version() - fault.versions), fault.forMs);
      return killAll(ports, fault.program, 100);
    case 'ClockWrong':
      ports.setClockOffset(fault.program, fault.offsetMs);
      setTimer(fault.forMs, () => ports.setClockOffset(fault.program, 0));
      return;
    case 'Killed':
      return killAll(ports, fault.program, fault.downMs);
    case 'SecondOperator':
      setTimer(fault.forMs, ports.startSecondOperator());
      return;
    case 'KubeletStopped':
      return ports.hosts.stopKubelet(fault.host, fault.forMs);
    case 'PowerLost':
      return ports.hosts.powerOff(fault.host, fault.forMs);
    case 'HostPartition':
      ports.hosts.partition(fault.host, true);
      setTimer(fault.forMs, () => ports.hosts.partition(fault.host, false));
      return;
    case 'DiskFull':
      ports.hosts.setDiskFull(fault.host, true);
      setTimer(fault.forMs, () => ports.hosts.setDiskFull(fault.host, false));
      return;
    case 'Receiver':
      ports.setReceiver(fault.sink, fault.policy);
      setTimer(fault.forMs, () => ports.setReceiver(fault.sink, undefined));
      return;
  }
}

function killAll(ports: FaultPorts, role: Parameters<FaultPorts['running']>[0], downMs: number): void {
  for (const name of ports.running(role)) ports.killProgram(name, downMs);
}

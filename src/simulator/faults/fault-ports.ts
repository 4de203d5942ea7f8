import type { ReceiverPolicy, Role } from './schedule.ts';

/** How faults reach the parts of a simulation. */
export interface FaultPorts {
  /** Kills a running program, which starts again after a time (ms). */
  readonly killProgram: (name: string, downMs: number) => void;
  /** Names of the running programs of a role. */
  readonly running: (role: Role) => readonly string[];
  /** Sets what the clock of a role's hosts shows too much (ms). */
  readonly setClockOffset: (role: Role, offsetMs: number) => void;
  /** Starts another operator; the returned function stops it. */
  readonly startSecondOperator: () => () => void;
  readonly hosts: HostFaults;
  /** Sets how a receiver behaves; undefined: as it should. */
  readonly setReceiver: (sink: string, policy: ReceiverPolicy | undefined) => void;
}

/** What can happen to hosts. `Hosts` of the world has all of it. */
export interface HostFaults {
  readonly stopKubelet: (host: string, restartMs: number) => void;
  readonly powerOff: (host: string, downMs: number) => void;
  readonly partition: (host: string, isCut: boolean) => void;
  readonly setDiskFull: (host: string, isFull: boolean) => void;
}

import type { RefusalName } from '../api-server/refusals.ts';
import { roleOf } from './points.ts';
import type { Role } from './schedule.ts';

/** A refusal of writes that lasts. */
interface RefusedWrites {
  readonly program: Role;
  readonly resource: string | undefined;
  readonly refusal: RefusalName;
  readonly until: number;
}

/** The past that a program sees. */
export interface Rewound {
  /** The resourceVersion that lists show. */
  readonly version: number;
  readonly until: number;
}

/** Faults of the network that last, and until when (milliseconds since the epoch). */
export class FaultSpans {
  readonly #now: () => number;
  readonly #partitions = new Map<Role, number>();
  readonly #stalls = new Map<Role, number>();
  readonly #rewound = new Map<Role, Rewound>();
  readonly #refusals: RefusedWrites[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  partition(role: Role, forMs: number): void {
    this.#partitions.set(role, this.#now() + forMs);
  }

  stallWatches(role: Role, forMs: number): void {
    this.#stalls.set(role, this.#now() + forMs);
  }

  rewind(role: Role, version: number, forMs: number): void {
    this.#rewound.set(role, { version, until: this.#now() + forMs });
    this.stallWatches(role, forMs);
  }

  refuseWrites(refused: Omit<RefusedWrites, 'until'>, forMs: number): void {
    this.#refusals.push({ ...refused, until: this.#now() + forMs });
  }

  /** How long a program is still cut off (ms); undefined: it is not. */
  partitionMs(from: string): number | undefined {
    return this.#left(this.#partitions.get(roleOf(from)));
  }

  /** How long a program's watches still stall (ms); undefined: they do not. */
  stallMs(from: string): number | undefined {
    return this.#left(this.#stalls.get(roleOf(from)));
  }

  /** The past that a program sees now. */
  rewound(from: string): Rewound | undefined {
    const rewound = this.#rewound.get(roleOf(from));
    return rewound !== undefined && rewound.until > this.#now() ? rewound : undefined;
  }

  /** The refusal of a program's writes to a resource that is in force now. */
  refusalOf(from: string, resource: string): RefusalName | undefined {
    return this.#refusals.find(
      (refused) =>
        refused.until > this.#now() &&
        refused.program === roleOf(from) &&
        (refused.resource === undefined || refused.resource === resource),
    )?.refusal;
  }

  #left(until: number | undefined): number | undefined {
    return until !== undefined && until > this.#now() ? until - this.#now() : undefined;
  }
}

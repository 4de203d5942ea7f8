import type { OutgoingRequest } from '../process/network.ts';
import type { Point, PointKind, Role } from './schedule.ts';

/** Counts what programs do, so that a schedule can name each point. */
export class Points {
  readonly #counts = new Map<string, number>();

  /** The point that a program has come to. */
  next(from: string, kind: PointKind): Point {
    const program = roleOf(from);
    const key = `${program}/${kind}`;
    const n = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, n);
    return { program, kind, n };
  }

  /** How many points of a kind there were so far. */
  count(program: Role, kind: PointKind): number {
    return this.#counts.get(`${program}/${kind}`) ?? 0;
  }
}

/** The role of a program, by its name. */
export function roleOf(from: string): Role {
  const role = from.split('/')[0];
  return role === 'agent' || role === 'reporter' ? role : 'operator';
}

/** What a request is; dry runs change nothing, so they are reads. */
export function kindOf({ request, watch }: OutgoingRequest): PointKind {
  if (watch) return 'Watch';
  return request.method === 'GET' || request.query.has('dryRun') ? 'Read' : 'Write';
}

/** The key of a point in a schedule. */
export function pointKey({ program, kind, n }: Point): string {
  return `${program}/${kind}/${n}`;
}

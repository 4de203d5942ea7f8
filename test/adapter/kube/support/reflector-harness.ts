import type { KubeObject } from '../../../../src/kube/client/client.ts';
import { Reflector, type ReflectorOptions } from '../../../../src/kube/watch/reflector.ts';
import { Collection } from './collection.ts';
import { RecordingLog } from './recording-log.ts';
import { settle, VirtualTime } from './virtual-time.ts';

/** What is kept of an object. */
export interface Thing {
  readonly name: string;
  readonly color: unknown;
}

/** A reflector of a collection in virtual time, with all that it told. */
export class ReflectorHarness {
  readonly collection = new Collection();
  readonly time = new VirtualTime();
  readonly log = new RecordingLog();
  readonly stop = new AbortController();
  readonly changes: string[] = [];
  run: Promise<void> | undefined;

  readonly start = async (options: Partial<ReflectorOptions<Thing>> = {}): Promise<Reflector<Thing>> => {
    const { collection: client, log, time } = this;
    const ports = { client, log, now: time.now, random: () => 0.5, sleep: time.sleep };
    const path = '/apis/x/v1/things';
    const reflector = new Reflector<Thing>({ ...ports, path, project, onChange: this.#record, ...options });
    this.run = reflector.run(this.stop.signal);
    await settle();
    return reflector;
  };

  readonly #record = (key: string, current: Thing | undefined, previous: Thing | undefined): void => {
    const what = current === undefined ? 'gone' : previous === undefined ? 'new' : 'changed';
    this.changes.push(`${key} ${what}`);
  };
}

function project(object: KubeObject): Thing | undefined {
  return object['boring'] === true ? undefined : { name: object.metadata.name ?? '', color: object['color'] };
}

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from './processes.ts';

function readHolder(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`the lock file ${path} cannot be read; remove it if nothing is running`, { cause: error });
  }
}

/** Takes the lock, or says who holds it. The file appears complete or not at all. */
function tryLock(path: string, self: ProcessIdentity): ProcessIdentity | undefined {
  const draft = `${path}.${self.pid}`;
  writeFileSync(draft, JSON.stringify(self));
  try {
    linkSync(draft, path);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readHolder(path) ?? tryLock(path, self);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes away the lock of a holder that died, and nobody else's, who may just have been quicker. */
function removeStale(path: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const holder = readHolder(aside);
  if (holder !== undefined && isAlive(holder)) linkSync(aside, path);
  rmSync(aside, { force: true });
}

/** Does the work while no other process does work under the same lock; a holder that died is passed over. */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  onWait: (holder: ProcessIdentity) => void = () => undefined,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  const self = identify(process.pid);
  if (self === undefined) throw new Error('this process is not listed under /proc; the test cluster needs Linux');
  let told = false;
  for (;;) {
    const holder = tryLock(path, self);
    if (holder === undefined) break;
    if (isAlive(holder)) {
      if (!told) onWait(holder);
      told = true;
      await sleep(200);
    } else {
      removeStale(path);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

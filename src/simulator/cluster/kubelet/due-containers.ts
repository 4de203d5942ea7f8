import type { ContainerView } from './container-status.ts';
import { isSidecar, restartPolicyOf, type PodView } from './pod-status.ts';

function isUp({ latest }: ContainerView): boolean {
  return latest !== undefined && latest.exit === undefined;
}

/** Init containers run again in a new sandbox, which a boot makes necessary. */
function isDone({ latest }: ContainerView, bootId: string): boolean {
  return latest?.bootId === bootId && latest.exit?.code === 0;
}

/** The containers of a Pod that have to be started now. `bootId`: the present boot of the host. */
export function dueContainers(
  { pod, init, app }: Pick<PodView, 'pod' | 'init' | 'app'>,
  bootId: string,
): readonly ContainerView[] {
  const policy = restartPolicyOf(pod);
  const records = [...init, ...app].flatMap(({ latest }) => latest ?? []);
  // After a boot, nothing of a Pod that never restarts is started again.
  if (policy === 'Never' && records.some((record) => record.bootId !== bootId)) return [];
  const due: ContainerView[] = [];
  for (const view of init) {
    if (isSidecar(view.spec)) {
      if (!isUp(view)) due.push(view);
      if (view.latest === undefined) return due;
    } else if (!isDone(view, bootId)) {
      return isUp(view) ? due : [...due, view];
    }
  }
  const ended = app.filter((view) => !isUp(view));
  return [...due, ...ended.filter(({ latest }) => isStartedAgain(latest?.exit?.code, policy))];
}

function isStartedAgain(exitCode: number | undefined, policy: string): boolean {
  return exitCode === undefined || policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

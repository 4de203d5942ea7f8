import { runCommand, type CommandResult } from '../cluster/run-command.ts';

/** Runs kubectl with arguments and perhaps an input, whatever comes of it. */
export type KubectlRunner = (args: readonly string[], input?: string) => Promise<CommandResult>;

/** kubectl, as a user of the cluster has it. */
export interface Kubectl {
  /** Runs it and gives what it printed; fails with what it said when it failed. */
  run(args: readonly string[], input?: string): Promise<string>;
  /** Runs it and gives the result, whatever it is. */
  attempt(args: readonly string[], input?: string): Promise<CommandResult>;
  /** One object, or undefined when there is none of that name. */
  get<T>(kind: string, name: string, namespace?: string): Promise<T | undefined>;
  /** All objects of a kind; of every namespace unless one is given. */
  list<T>(kind: string, namespace?: string, selector?: string): Promise<readonly T[]>;
  apply(...objects: readonly unknown[]): Promise<string>;
}

function within(namespace: string | undefined): string[] {
  return namespace === undefined ? [] : ['--namespace', namespace];
}

/** kubectl by way of this runner. */
export function createKubectl(runner: KubectlRunner): Kubectl {
  async function run(args: readonly string[], input?: string): Promise<string> {
    const result = await runner(args, input);
    if (result.code === 0) return result.stdout;
    throw new Error(`kubectl ${args.join(' ')} exited with ${result.code}: ${result.stderr.trim() || result.stdout.trim()}`);
  }
  return {
    run,
    attempt: runner,
    get: async <T>(kind: string, name: string, namespace?: string) => {
      const text = await run(['get', kind, name, ...within(namespace), '--ignore-not-found', '--output=json']);
      return text.trim() === '' ? undefined : (JSON.parse(text) as T);
    },
    list: async <T>(kind: string, namespace?: string, selector?: string) => {
      const scope = namespace === undefined ? ['--all-namespaces'] : within(namespace);
      const chosen = selector === undefined ? [] : ['--selector', selector];
      const text = await run(['get', kind, ...scope, ...chosen, '--output=json']);
      return (JSON.parse(text) as { readonly items: readonly T[] }).items;
    },
    apply: (...objects) => run(['apply', '--filename=-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects })),
  };
}

/** kubectl of the PATH with one kubeconfig; nothing exported can lead it to another cluster. */
export function kubectlWith(kubeconfig: string): Kubectl {
  return createKubectl((args, input) =>
    runCommand('kubectl', ['--kubeconfig', kubeconfig, ...args], {
      timeoutMs: 120_000,
      ...(input === undefined ? {} : { input }),
    }),
  );
}

import OperatorPkg, { type OperatorLogger } from '@dot-i/k8s-operator';

/**
 * The base class without its own search for a cluster. Its constructor loads the kubeconfig from KUBECONFIG or the home directory, which
 * must never choose Baton's cluster, and fails when that file is invalid.
 *
 * It is a separate class, because `super` may be called within a `try` only in a class without private fields.
 */
export abstract class IsolatedOperator extends OperatorPkg.default {
  constructor(log: OperatorLogger) {
    const { KUBECONFIG, HOME } = process.env;
    delete process.env['KUBECONFIG'];
    delete process.env['HOME'];
    try {
      super(log);
    } finally {
      // A constructor is synchronous, so nothing else can have run in between.
      if (KUBECONFIG !== undefined) process.env['KUBECONFIG'] = KUBECONFIG;
      if (HOME !== undefined) process.env['HOME'] = HOME;
    }
  }
}

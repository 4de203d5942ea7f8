import OperatorPkg, { type OperatorLogger } from '@dot-i/k8s-operator';

/**
 * The base class, kept from looking for a cluster by itself: its constructor loads the kubeconfig that KUBECONFIG or the home
 * directory name, which for Baton must never choose a cluster, and which fails when that file is broken.
 *
 * A class of its own, because `super` may stand in a `try` only where there are no private fields.
 */
export abstract class IsolatedOperator extends OperatorPkg.default {
  constructor(log: OperatorLogger) {
    const { KUBECONFIG, HOME } = process.env;
    delete process.env['KUBECONFIG'];
    delete process.env['HOME'];
    try {
      super(log);
    } finally {
      // Nothing else can have run meanwhile: a constructor is synchronous.
      if (KUBECONFIG !== undefined) process.env['KUBECONFIG'] = KUBECONFIG;
      if (HOME !== undefined) process.env['HOME'] = HOME;
    }
  }
}

import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import {
  BINDING_PRINTER,
  CONFIG_MAP_PRINTER,
  EVENT_PRINTER,
  LEASE_PRINTER,
  NAMESPACE_PRINTER,
  NODE_PRINTER,
  POD_DISRUPTION_BUDGET_PRINTER,
  RESOURCE_QUOTA_PRINTER,
  SECRET_PRINTER,
  SERVICE_ACCOUNT_PRINTER,
} from './cluster-printers.ts';
import { customPrinter } from './custom-printer.ts';
import { POD_PRINTER } from './pod-printer.ts';
import { column, NAME, type Printer } from './printer.ts';
import {
  CONTROLLER_REVISION_PRINTER,
  DAEMON_SET_PRINTER,
  DEPLOYMENT_PRINTER,
  JOB_PRINTER,
  REPLICA_SET_PRINTER,
} from './workload-printers.ts';

/** Kinds without a printer of their own. */
const DEFAULT: Printer = {
  columns: [NAME, column('Created At', { type: 'date' })],
  cells: ({ metadata }) => [metadata.name ?? '', metadata.creationTimestamp ?? ''],
};

const PRINTERS: Readonly<Record<string, Printer>> = {
  ClusterRoleBinding: BINDING_PRINTER,
  ConfigMap: CONFIG_MAP_PRINTER,
  ControllerRevision: CONTROLLER_REVISION_PRINTER,
  DaemonSet: DAEMON_SET_PRINTER,
  Deployment: DEPLOYMENT_PRINTER,
  Event: EVENT_PRINTER,
  Job: JOB_PRINTER,
  Lease: LEASE_PRINTER,
  Namespace: NAMESPACE_PRINTER,
  Node: NODE_PRINTER,
  Pod: POD_PRINTER,
  PodDisruptionBudget: POD_DISRUPTION_BUDGET_PRINTER,
  ReplicaSet: REPLICA_SET_PRINTER,
  ResourceQuota: RESOURCE_QUOTA_PRINTER,
  RoleBinding: BINDING_PRINTER,
  Secret: SECRET_PRINTER,
  ServiceAccount: SERVICE_ACCOUNT_PRINTER,
};

/** How objects of a resource are shown. Throws if a column of its CRD is not supported. */
export function printerOf(type: ResourceType): Printer {
  return type.custom ? customPrinter(type.columns) : (PRINTERS[type.kind] ?? DEFAULT);
}

/** How much of an object a row carries. */
export type IncludedObject = 'Metadata' | 'Object' | 'None';

/** What a table is made of. */
export interface TableSource {
  readonly objects: readonly KubeObject[];
  /** Of the list: `resourceVersion`, `continue`, `remainingItemCount`. */
  readonly metadata: object;
}

/** What a table shows, and how. */
export interface TableOptions {
  readonly include: IncludedObject;
  readonly nowMs: number;
}

/** A `meta.k8s.io/v1` Table. */
export function tableOf(type: ResourceType, { objects, metadata }: TableSource, { include, nowMs }: TableOptions): unknown {
  const printer = printerOf(type);
  const rows = objects.map((object) => {
    const conditions = printer.conditions?.(object) ?? [];
    return {
      cells: printer.cells(type.strategy.toStorage?.(object) ?? object, nowMs),
      ...(conditions.length === 0 ? {} : { conditions }),
      object: included(object, include),
    };
  });
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: printer.columns, rows };
}

function included(object: KubeObject, include: IncludedObject): unknown {
  switch (include) {
    case 'Metadata':
      return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
    case 'Object':
      return object;
    case 'None':
      return null;
  }
}

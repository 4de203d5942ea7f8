import type { KubeObject } from '../../../kube/kube-object.ts';
import { timestamp } from './identity.ts';

/**
 * Records in `managedFields` when an object was last written. A real server has an entry for each writer, with the fields that are its
 * own; Baton reads only the times, and only those of Events.
 */
export function withWriteTime(object: KubeObject, nowMs: number): KubeObject {
  const managedFields = [{ operation: 'Update', apiVersion: object.apiVersion, time: timestamp(nowMs) }];
  return { ...object, metadata: { ...object.metadata, managedFields } as KubeObject['metadata'] };
}

/** The object as it was before {@link withWriteTime}. */
export function withoutWriteTime(object: KubeObject): KubeObject {
  const { managedFields: _writers, ...metadata } = object.metadata as KubeObject['metadata'] & {
    readonly managedFields?: unknown;
  };
  return { ...object, metadata };
}

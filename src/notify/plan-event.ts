/** An Event of `events.k8s.io/v1`, but for its `reportingInstance`, which is the writer's own name. */
export interface PlanEvent {
  readonly apiVersion: 'events.k8s.io/v1';
  readonly kind: 'Event';
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly regarding: ObjectReference;
  readonly related: ObjectReference;
  readonly action: string;
  readonly reason: string;
  readonly type: 'Normal' | 'Warning';
  readonly note: string;
  readonly reportingController: string;
  /** Kubernetes' MicroTime. */
  readonly eventTime: string;
}

/** An object as an Event names it. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

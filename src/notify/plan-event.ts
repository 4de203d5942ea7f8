/** An Event of `events.k8s.io/v1`. Its writer adds `reportingInstance`, its own name. */
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

/** A reference to an object in an Event. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

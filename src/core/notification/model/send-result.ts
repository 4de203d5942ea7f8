/** The result of one attempt to send a notification. */
export type SendResult =
  | Delivered
  /** A later attempt may succeed. The receiver may have accepted the message after all; the next attempt has the same id. */
  | { readonly kind: 'Retry'; readonly afterMs?: number; readonly reason: string; readonly message: string }
  /** No later attempt can succeed. */
  | { readonly kind: 'Permanent'; readonly reason: string; readonly message: string };

/** The result of a probe, which sends no message. */
export type ProbeResult = { readonly kind: 'Reached' } | Exclude<SendResult, Delivered>;

/** The receiver has confirmed that it accepted the message. */
export interface Delivered {
  readonly kind: 'Delivered';
  /** The receiver's name of the message, to update it or answer it later. At most 128 bytes, without secrets. */
  readonly handle?: string;
  /** A problem with the delivery, such as a failed template for which the built-in text was sent. It shows in the conditions. */
  readonly remark?: DeliveryRemark;
}

/** A problem with a delivery that succeeded. */
export interface DeliveryRemark {
  /** A CamelCase identifier. */
  readonly reason: string;
  /** A message for people. At most 256 bytes, without secrets. */
  readonly message: string;
}

/** What came of one try to send a notification. */
export type SendResult =
  | Delivered
  /** It may work later. The receiver may have taken it nevertheless: the next try has the same id. */
  | { readonly kind: 'Retry'; readonly afterMs?: number; readonly reason: string; readonly message: string }
  /** It will not work, however often it is tried. */
  | { readonly kind: 'Permanent'; readonly reason: string; readonly message: string };

/** What came of a look whether a receiver can be reached. Nothing was sent. */
export type ProbeResult = { readonly kind: 'Reached' } | Exclude<SendResult, Delivered>;

/** The receiver has said that it took it. */
export interface Delivered {
  readonly kind: 'Delivered';
  /** What the receiver calls the message, by which it can be updated or answered later: at most 128 bytes, and no secret. */
  readonly handle?: string;
  /** What was not as it should be: a template that failed, say, so that the built-in text was sent. It counts as trouble of delivery. */
  readonly remark?: DeliveryRemark;
}

/** What was not as it should be about a delivery. */
export interface DeliveryRemark {
  /** One CamelCase word. */
  readonly reason: string;
  /** To a person, at most 256 bytes, without secrets. */
  readonly message: string;
}

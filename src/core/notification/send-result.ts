/** What came of one try to send a notification. */
export type SendResult =
  /** The receiver has said that it took it. */
  | { readonly kind: 'Delivered' }
  /** It may work later. The receiver may have taken it nevertheless: the next try has the same id. */
  | { readonly kind: 'Retry'; readonly afterMs?: number; readonly reason: string; readonly message: string }
  /** It will not work, however often it is tried. */
  | { readonly kind: 'Permanent'; readonly reason: string; readonly message: string };

/** A comment on a field of a converted plan. */
export interface Note {
  /** Path of the field; empty for the head of the document. */
  readonly path: readonly (string | number)[];
  /** One or more complete sentences. */
  readonly text: string;
}

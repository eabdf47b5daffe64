export type TlogErrorCode =
  | 'bad_entry'
  | 'bad_note'
  | 'bad_signature'
  | 'no_known_signature'
  | 'bad_key'
  | 'bad_checkpoint'
  | 'bad_proof'
  | 'bad_bundle'
  | 'too_many'
  | 'bad_batch'
  | 'bad_tile'
  | 'bad_disclosure';

/** Malformed or contradicting log material. The message names the fault and holds nothing of the input. */
export class TlogError extends Error {
  readonly code: TlogErrorCode;
  constructor(code: TlogErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TlogError';
    this.code = code;
  }
}

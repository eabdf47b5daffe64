/** A token that a PKCS#11 module shows, as anybody sees it without its PIN. */
export type TokenSeen = {
  readonly label: string;
  /** Together with the module it names one token for ever; labels can be given twice. */
  readonly serial: string;
  readonly model: string;
  /** What the token says about wrong PINs before now: `last` has one try left. */
  readonly tries: 'fine' | 'low' | 'last' | 'locked';
};

/** An ECDSA P-256 key that rests on a token. */
export type TokenKey = {
  /** CKA_ID, lower-case hexadecimal. */
  readonly id: string;
  readonly label: string;
  /** Its public half, SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** Its certificate on the token, DER; null where there is none. */
  readonly certificate: Uint8Array | null;
};

export type TokenPlace = {
  /** Absolute path of the PKCS#11 module (a shared library of the token's vendor). */
  readonly modulePath: string;
  readonly serial: string;
};

/**
 * Tokens behind PKCS#11. Rejects with BenchError `token_unavailable` (program, module, token or key is not there, the PIN is
 * locked, no answer in time) and `token_pin_refused`. A PIN is tried once for each call and never again by itself, not at
 * all where the token has one try left; it stands in no message and on no command line.
 */
export type Tokens = {
  /** Modules found where they usually lie; null when the program that drives tokens is not on this computer. */
  modules(): readonly string[] | null;
  list(modulePath: string): Promise<TokenSeen[]>;
  /** The P-256 keys on the token, and every certificate on it, DER. */
  keys(place: TokenPlace, pin: string): Promise<{ keys: TokenKey[]; certificates: Uint8Array[] }>;
  /** Signs a SHA-256 digest (32 bytes) with ECDSA; answers r and s, 32 bytes each, one after the other. */
  signDigest(place: TokenPlace & { readonly keyId: string }, pin: string, digest: Uint8Array): Promise<Uint8Array>;
};

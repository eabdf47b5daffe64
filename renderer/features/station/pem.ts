import { saveBlob } from '../../ui/bytes.ts';

/** Saves a text of certificates or requests as a file of the operator's. */
export function savePem(pem: string, fileName: string): void {
  saveBlob(new Blob([pem], { type: 'application/x-pem-file' }), fileName);
}

/** The blocks of one kind in a pasted text, in order. */
export function pemBlocks(pem: string, kind: 'CERTIFICATE' | 'X509 CRL'): readonly string[] {
  return pem.match(new RegExp(`-----BEGIN ${kind}-----[\\s\\S]+?-----END ${kind}-----`, 'g')) ?? [];
}

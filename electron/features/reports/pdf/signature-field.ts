import {
  PDFArray,
  type PDFDocument,
  PDFHexString,
  PDFInvalidObject,
  PDFName,
  PDFNumber,
  type PDFPage,
  PDFString,
} from 'pdf-lib';
import { byteRangePlaceholder } from '../../../../shared/verify/pdf-ranges.ts';
import type { TagTree } from './tags.ts';

/** Room for the CMS: a chain of two P-256 certificates needs 2 kB, a timestamp token put in later 6 kB to 10 kB. */
const signatureRoomBytes = 16_384;

export type SignatureField = {
  readonly issuedAt: Date;
  readonly signer: string;
  readonly place: string;
  /** Read out for the field by assistive technology. */
  readonly label: string;
};

/** Reserves the place of the station's signature, so that signing later changes no other byte and adds no revision. */
export function reserveSignature(document: PDFDocument, page: PDFPage, tags: TagTree, field: SignatureField): void {
  const { context } = document;
  const value = context.register(PDFInvalidObject.of(signatureDictionary(field)));
  // Zero-size and without an appearance: PDF/A exempts such a widget, and validators accept later timestamps.
  const widget = context.obj({
    Type: 'Annot',
    Subtype: 'Widget',
    FT: 'Sig',
    Rect: [0, 0, 0, 0],
    T: PDFString.of('StationSignature'),
    TU: PDFHexString.fromText(field.label),
    F: 4 | 128,
    P: page.ref,
    V: value,
  });
  const reference = context.register(widget);
  const key = tags.annotate(tags.add('Form', tags.root), page.ref, reference);
  widget.set(PDFName.of('StructParent'), PDFNumber.of(key));
  const annotations = PDFArray.withContext(context);
  annotations.push(reference);
  page.node.set(PDFName.of('Annots'), annotations);
  // An object of its own, so that a document time stamp can be added later without touching the catalog.
  const form = context.register(context.obj({ Fields: [reference], SigFlags: 3 }));
  document.catalog.set(PDFName.of('AcroForm'), form);
  document.catalog.set(PDFName.of('Perms'), context.obj({ DocMDP: value }));
}

/** What long-term validation needs, inside the first revision and so under the signature. DER. */
export type ValidationData = { readonly certificates: readonly Uint8Array[]; readonly crls: readonly Uint8Array[] };

export function addValidationData(document: PDFDocument, { certificates, crls }: ValidationData): void {
  const { context } = document;
  const streams = (list: readonly Uint8Array[]) => list.map(der => context.register(context.flateStream(der)));
  const dss = context.obj({ Type: 'DSS', Certs: streams(certificates), CRLs: streams(crls) });
  document.catalog.set(PDFName.of('DSS'), context.register(dss));
}

/** Written as raw text so that nothing compresses or reorders it. */
function signatureDictionary({ issuedAt, signer, place }: SignatureField): Buffer {
  const time = `D:${issuedAt.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  const text = (value: string) => PDFHexString.fromText(value).toString();
  const certified =
    '/Reference [<</Type /SigRef /TransformMethod /DocMDP /TransformParams <</Type /TransformParams /P 2 /V /1.2>>>>]';
  return Buffer.from(
    `<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (${time}) /Name ${text(signer)}` +
      ` /Location ${text(place)} ${certified} ${byteRangePlaceholder} /Contents <${'0'.repeat(signatureRoomBytes * 2)}>>>`,
    'latin1',
  );
}

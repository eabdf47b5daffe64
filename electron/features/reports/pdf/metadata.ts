import { type PDFDocument, PDFHexString, PDFName, PDFRawStream, PDFRef, PDFStream } from 'pdf-lib';

export type Metadata = {
  readonly documentId: string;
  /** SHA-256 (hex) of report.json. */
  readonly jsonSha256: string;
  readonly title: string;
  readonly author: string;
  readonly subject: string;
  readonly language: string;
  readonly producer: string;
  readonly issuedAt: Date;
  /** 16 bytes from which the file id is made. */
  readonly fileId: Buffer;
};

/** Describes the document and fixes everything in it that would otherwise be random or the time of day. */
export function describe(document: PDFDocument, metadata: Metadata): void {
  const { context } = document;
  const id = PDFHexString.of(metadata.fileId.toString('hex').toUpperCase());
  context.trailerInfo.ID = context.obj([id, id]);
  document.setTitle(metadata.title, { showInWindowTitleBar: true });
  document.setAuthor(metadata.author);
  document.setSubject(metadata.subject);
  document.setCreator('Veriqko Bench');
  document.setProducer(metadata.producer);
  document.setLanguage(metadata.language);
  document.setCreationDate(metadata.issuedAt);
  document.setModificationDate(metadata.issuedAt);
}

/** Declares PDF/A-3a and PDF/UA-1 and puts document id and data hash into the XMP packet. */
export function declareConformance(document: PDFDocument, metadata: Metadata): void {
  document.convertToPDFA({ conformance: '3U', extensions: [extensionSchemas(), reportProperties(metadata), pdfUa] });
  // pdf-lib knows levels B and U alone and would write the packet anew on save; the document is tagged, so it is level A.
  Object.assign(document, { managePDFAMetadata: false });
  const reference = document.catalog.get(PDFName.of('Metadata'));
  const stream = document.context.lookup(reference);
  if (!(reference instanceof PDFRef && stream instanceof PDFStream)) throw new Error('the XMP packet is missing');
  const packet = Buffer.from(stream.getContents()).toString('utf8');
  const raised = packet.replace('<pdfaid:conformance>U<', '<pdfaid:conformance>A<');
  if (raised === packet) throw new Error('the XMP packet does not declare its conformance as expected');
  const dict = document.context.obj({ Type: 'Metadata', Subtype: 'XML' });
  document.context.assign(reference, PDFRawStream.of(dict, Buffer.from(raised, 'utf8')));
}

const namespace = 'urn:veriqko:report:1';
const pdfUa =
  '<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>';

function reportProperties({ documentId, jsonSha256 }: Metadata): string {
  return (
    `<rdf:Description rdf:about="" xmlns:veriqko="${namespace}">` +
    `<veriqko:documentId>${documentId}</veriqko:documentId>` +
    `<veriqko:jsonSha256>${jsonSha256}</veriqko:jsonSha256></rdf:Description>`
  );
}

/** PDF/A wants foreign properties declared, all in one bag. */
function extensionSchemas(): string {
  const report = extensionSchema('veriqko', namespace, 'Veriqko report', [
    ['documentId', 'Text', 'external', 'Document id'],
    ['jsonSha256', 'Text', 'external', 'SHA-256 of report.json'],
  ]);
  const accessibility = extensionSchema('pdfuaid', 'http://www.aiim.org/pdfua/ns/id/', 'PDF/UA identification', [
    ['part', 'Integer', 'internal', 'Part of ISO 14289'],
  ]);
  return (
    '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"' +
    ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">' +
    `<pdfaExtension:schemas><rdf:Bag>${report}${accessibility}</rdf:Bag></pdfaExtension:schemas></rdf:Description>`
  );
}

function extensionSchema(
  prefix: string,
  uri: string,
  name: string,
  properties: readonly (readonly string[])[],
): string {
  const listed = properties.map(
    ([property, type, category, text]) =>
      `<rdf:li rdf:parseType="Resource"><pdfaProperty:name>${property}</pdfaProperty:name>` +
      `<pdfaProperty:valueType>${type}</pdfaProperty:valueType><pdfaProperty:category>${category}</pdfaProperty:category>` +
      `<pdfaProperty:description>${text}</pdfaProperty:description></rdf:li>`,
  );
  return (
    `<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>${name}</pdfaSchema:schema>` +
    `<pdfaSchema:namespaceURI>${uri}</pdfaSchema:namespaceURI><pdfaSchema:prefix>${prefix}</pdfaSchema:prefix>` +
    `<pdfaSchema:property><rdf:Seq>${listed.join('')}</rdf:Seq></pdfaSchema:property></rdf:li>`
  );
}

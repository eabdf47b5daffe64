import { XMLBuilder } from 'fast-xml-parser';

const builder = new XMLBuilder({
  format: true,
  suppressEmptyNode: true,
  attributeNamePrefix: '@',
  ignoreAttributes: false,
});

/**
 * The data of a report (report.json) as XML for ERP systems: each name of the JSON is an element, each entry of a list
 * one element of that name, a null is left out. It is a rendering; the signed data is the JSON.
 */
export function reportXml(json: Uint8Array): string {
  const data: unknown = JSON.parse(Buffer.from(json).toString('utf8'));
  const body = { report: { '@xmlns': 'urn:veriqko:report:1', ...withoutNulls(data) } };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(body)}`;
}

function withoutNulls(value: unknown): object {
  return Object.fromEntries(
    Object.entries(value ?? {}).flatMap(([key, v]) => (v === null ? [] : [[key, printable(v)]])),
  );
}

function printable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(printable);
  if (typeof value === 'object' && value !== null) return withoutNulls(value);
  // XML 1.0 has no way to write control characters.
  return typeof value === 'string'
    ? value.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    : value;
}

/** The bytes behind base64. */
export function bytesOf(contentBase64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(contentBase64), character => character.charCodeAt(0));
}

/** The bytes behind base64 as a blob of the given type. */
export function blobOf(contentBase64: string, mediaType: string): Blob {
  return new Blob([bytesOf(contentBase64)], { type: mediaType });
}

/** Has the browser save a blob under a name. */
export function saveBlob(blob: Blob, fileName: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download reads the blob after this call has returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Has the browser save JSON text under a name. */
export function saveText(content: string, fileName: string): void {
  saveBlob(new Blob([content], { type: 'application/json' }), fileName);
}

/** The content of a file as base64. */
export function readBase64(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

/** A size for people: `12 kB`, `3.4 MB`. */
export function sizeText(sizeBytes: number): string {
  if (sizeBytes < 1_000) return `${sizeBytes} B`;
  if (sizeBytes < 1_000_000) return `${Math.round(sizeBytes / 1_000)} kB`;
  return `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}

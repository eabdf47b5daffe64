import { configure, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';

/** How many files one writer of the library keeps in mind; it needs kilobytes for each. */
const perPart = 300;
const centralSignature = 0x02014b50;
const centralLength = 46;
const max16 = 0xffff;
const max32 = 0xffffffff;

export type LongZip = {
  /** Files are stored as they are: PDFs are compressed already. */
  add(name: string, bytes: Uint8Array): Promise<void>;
  /** Writes the directory of all files; nothing is added after. */
  close(): Promise<void>;
};

/** `tail`: what the library writes to end the part; null until then. */
type Part = { zip: ZipWriter<unknown>; files: number; tail: Uint8Array[] | null };

/**
 * A ZIP file of any number of files in little memory. The library writes it in parts, each going on where the last one
 * ended; of a part only the records of its directory are kept, and one directory of all stands at the end.
 * With a password every file is encrypted with AES-256 (WinZip AE-2).
 */
export function createLongZip(options: { write(chunk: Uint8Array): Promise<void>; password: string | null }): LongZip {
  // Its own threads would need files that a packaged application keeps in an archive.
  configure({ useWebWorkers: false });
  const secret = options.password === null ? {} : { password: options.password, encryptionStrength: 3 as const };
  const directory: Buffer[] = [];
  let offset = 0;
  let files = 0;
  let part: Part | null = null;

  const partFrom = (size: number) => {
    const writable = new WritableStream<Uint8Array>({
      async write(chunk) {
        if (part?.tail) return void part.tail.push(Uint8Array.from(chunk));
        await options.write(chunk);
        offset += chunk.length;
      },
    });
    return new ZipWriter({ writable, size }, { ...secret, level: 0 });
  };
  const endPart = async () => {
    if (!part) return;
    part.tail = [];
    await part.zip.close();
    const records = centralRecords(Buffer.concat(part.tail));
    if (records.count !== part.files) throw new RangeError('The part of the archive lacks files.');
    directory.push(records.bytes);
    files += part.files;
    part = null;
  };

  return {
    async add(name, bytes) {
      part ??= { zip: partFrom(offset), files: 0, tail: null };
      await part.zip.add(name, new Uint8ArrayReader(bytes));
      part.files++;
      if (part.files >= perPart) await endPart();
    },
    async close() {
      await endPart();
      const size = directory.reduce((sum, records) => sum + records.length, 0);
      for (const records of directory) await options.write(records);
      await options.write(endOfDirectory({ files, size, offset }));
    },
  };
}

/** The records of a directory at the beginning of these bytes; a copy, so that nothing else is kept with them. */
function centralRecords(tail: Buffer): { bytes: Buffer; count: number } {
  let at = 0;
  let count = 0;
  while (at + centralLength <= tail.length && tail.readUInt32LE(at) === centralSignature) {
    at += centralLength + tail.readUInt16LE(at + 28) + tail.readUInt16LE(at + 30) + tail.readUInt16LE(at + 32);
    count++;
  }
  return { bytes: Buffer.from(tail.subarray(0, at)), count };
}

/** How a ZIP file ends (APPNOTE 4.3.14 to 4.3.16); in the long form where the short one has no room for the numbers. */
export function endOfDirectory({ files, size, offset }: { files: number; size: number; offset: number }): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(files, max16), 8);
  end.writeUInt16LE(Math.min(files, max16), 10);
  end.writeUInt32LE(Math.min(size, max32), 12);
  end.writeUInt32LE(Math.min(offset, max32), 16);
  if (files < max16 && size < max32 && offset < max32) return end;
  const long = Buffer.alloc(56);
  long.writeUInt32LE(0x06064b50, 0);
  long.writeBigUInt64LE(44n, 4);
  long.writeUInt16LE(45, 12);
  long.writeUInt16LE(45, 14);
  long.writeBigUInt64LE(BigInt(files), 24);
  long.writeBigUInt64LE(BigInt(files), 32);
  long.writeBigUInt64LE(BigInt(size), 40);
  long.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([long, locator, end]);
}

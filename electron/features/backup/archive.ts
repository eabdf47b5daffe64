import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import type { ArchiveWriter } from './archive-file.ts';

const Member = z.object({ name: z.string().regex(/^[a-z0-9.-]+(\/[a-f0-9]{64})?$/), size: z.int().nonnegative() });
type Member = z.infer<typeof Member>;

export const Manifest = z.object({
  v: z.literal(1),
  appVersion: z.string(),
  origin: z.string(),
  size: z.int(),
  root: z.string(),
  marks: z.object({ ticket: z.int(), report: z.int() }),
  files: z.array(Member.extend({ sha256: z.string() })),
});
export type Manifest = z.infer<typeof Manifest>;

const manifestName = 'manifest.json';
const mostHeadBytes = 4_096;
const pieceBytes = 256 * 1024;

const unusable = (words: string, cause?: unknown) =>
  new BenchError('backup_unusable', `${words} Take another copy or an older backup.`, { cause });

/** Packs members one after the other, each with its name and size before it, and the manifest of all as the last. */
export function createPacker(writer: ArchiveWriter) {
  const files: Manifest['files'] = [];
  const begin = (member: Member) => {
    const head = Buffer.from(JSON.stringify(Member.parse(member)));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    writer.write(length);
    writer.write(head);
  };
  const add = (name: string, bytes: Uint8Array) => {
    begin({ name, size: bytes.length });
    writer.write(bytes);
    files.push({ name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
  };
  return {
    add,
    /** Adds a file piece by piece, as long as it is now; throws when it gets shorter meanwhile. */
    addFile(name: string, path: string): void {
      const file = openSync(path, 'r');
      try {
        const { size } = fstatSync(file);
        const hash = createHash('sha256');
        begin({ name, size });
        const piece = Buffer.alloc(pieceBytes);
        for (let left = size; left > 0; ) {
          const read = readSync(file, piece, 0, Math.min(piece.length, left), null);
          if (read === 0) throw unusable(`The file ${name} got shorter while it was read.`);
          const bytes = piece.subarray(0, read);
          hash.update(bytes);
          writer.write(bytes);
          left -= read;
        }
        files.push({ name, size, sha256: hash.digest('hex') });
      } finally {
        closeSync(file);
      }
    },
    end(about: Omit<Manifest, 'v' | 'files'>): void {
      const bytes = Buffer.from(JSON.stringify(Manifest.parse({ v: 1, ...about, files })));
      begin({ name: manifestName, size: bytes.length });
      writer.write(bytes);
      writer.end();
    },
  };
}

/** Where the bytes of one member go. */
export type Sink = { write(bytes: Uint8Array): void; end(): void };

/**
 * Unpacks every member into what `sinkFor` answers and compares each with the manifest. Throws `backup_unusable` for
 * anything that is not wholly as it was packed.
 */
export function unpack(chunks: Iterable<Buffer>, sinkFor: (name: string) => Sink): Manifest {
  const reader = createReader(chunks);
  const seen = new Map<string, { size: number; sha256: string }>();
  for (;;) {
    const { name, size } = readMember(reader);
    if (name === manifestName) {
      const manifest = readManifest(reader, size);
      reader.mustEnd();
      compare(manifest, seen);
      return manifest;
    }
    if (seen.has(name)) throw unusable(`The backup holds ${name} twice.`);
    const hash = createHash('sha256');
    copy(reader, size, sinkFor(name), hash);
    seen.set(name, { size, sha256: hash.digest('hex') });
  }
}

type Reader = ReturnType<typeof createReader>;

function createReader(chunks: Iterable<Buffer>) {
  const source = chunks[Symbol.iterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = (): boolean => {
    const next = source.next();
    if (next.done) return false;
    held = next.value;
    return true;
  };
  return {
    /** Up to `most` bytes; throws at the end. */
    some(most: number): Buffer {
      while (held.length === 0) if (!more()) throw unusable('The backup ends too early.');
      const bytes = held.subarray(0, most);
      held = held.subarray(bytes.length);
      return bytes;
    },
    exactly(size: number): Buffer {
      const parts: Buffer[] = [];
      for (let left = size; left > 0; left -= parts.at(-1)?.length ?? 0) parts.push(Buffer.from(this.some(left)));
      return Buffer.concat(parts);
    },
    /** Reads on, so that a missing last chunk is noticed. */
    mustEnd(): void {
      while (held.length === 0) if (!more()) return;
      throw unusable('The backup goes on after its manifest.');
    },
  };
}

function readMember(reader: Reader): Member {
  const size = reader.exactly(4).readUInt32BE();
  if (size > mostHeadBytes) throw unusable('The backup is damaged.');
  return parsed(Member, reader.exactly(size));
}

function readManifest(reader: Reader, size: number): Manifest {
  if (size > 256 * 1024 * 1024) throw unusable('The backup is damaged.');
  return parsed(Manifest, reader.exactly(size));
}

function parsed<T>(schema: z.ZodType<T>, bytes: Buffer): T {
  try {
    return schema.parse(JSON.parse(bytes.toString()));
  } catch (cause) {
    throw unusable('The backup is damaged.', cause);
  }
}

function copy(reader: Reader, size: number, sink: Sink, hash: Hash): void {
  try {
    for (let left = size; left > 0; ) {
      const bytes = reader.some(Math.min(left, pieceBytes));
      hash.update(bytes);
      sink.write(bytes);
      left -= bytes.length;
    }
  } finally {
    sink.end();
  }
}

function compare(manifest: Manifest, seen: ReadonlyMap<string, { size: number; sha256: string }>): void {
  if (manifest.files.length !== seen.size) throw unusable('The backup does not hold what its manifest says.');
  for (const { name, size, sha256 } of manifest.files) {
    const found = seen.get(name);
    if (found?.size !== size || found.sha256 !== sha256)
      throw unusable(`What the backup holds as ${name} is not what its manifest says.`);
  }
}

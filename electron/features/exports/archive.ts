import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BenchError } from '../../../shared/errors.ts';
import { openPdf } from '../../../shared/verify/pdf-attachments.ts';
import { createLongZip, type LongZip } from './long-zip.ts';
import { reportXml } from './report-xml.ts';

export type ArchiveTasks = {
  /** Begins a file beside its final name. */
  'archive.open': { input: { path: string; password: string | null }; output: null };
  /** The signed PDF, and its data as JSON and XML. */
  'archive.add_report': { input: { path: string; name: string; pdf: Uint8Array }; output: null };
  'archive.add': { input: { path: string; name: string; bytes: Uint8Array }; output: null };
  /** Writes it out and gives it its final name. */
  'archive.close': { input: { path: string }; output: { sizeBytes: number; sha256: string } };
  /** Leaves nothing behind. */
  'archive.abort': { input: { path: string }; output: null };
};

type Archive = { zip: LongZip; handle: FileHandle; hash: ReturnType<typeof createHash>; size: number };

/** Archives being written, by the path they will have. Throws `disk_full`, or `data_folder_unusable`. */
export function createArchives() {
  const open_ = new Map<string, Archive>();

  const get = (path: string): Archive => {
    const archive = open_.get(path);
    // The process was started anew meanwhile: the caller begins again.
    if (!archive) throw new BenchError('conflict', 'The archive is not open.');
    return archive;
  };
  const add = async (path: string, name: string, bytes: Uint8Array): Promise<null> => {
    try {
      await get(path).zip.add(name, bytes);
      return null;
    } catch (error) {
      throw inWords(error);
    }
  };
  const abort = async (path: string): Promise<null> => {
    const archive = open_.get(path);
    open_.delete(path);
    await archive?.handle.close().catch(() => {});
    await rm(partOf(path), { force: true }).catch(() => {});
    return null;
  };

  return {
    'archive.open': async ({ path, password }: ArchiveTasks['archive.open']['input']) => {
      await abort(path);
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        const handle = await open(partOf(path), 'w', 0o600);
        const hash = createHash('sha256');
        const archive = { handle, hash, size: 0 };
        const write = async (chunk: Uint8Array) => {
          await handle.writeFile(chunk);
          hash.update(chunk);
          archive.size += chunk.length;
        };
        open_.set(path, Object.assign(archive, { zip: createLongZip({ write, password }) }));
        return null;
      } catch (error) {
        throw inWords(error);
      }
    },
    'archive.add_report': async ({ path, name, pdf }: ArchiveTasks['archive.add_report']['input']) => {
      const { attachments } = await openPdf(pdf);
      await add(path, `pdf/${name}.pdf`, pdf);
      const json = attachments.get('report.json');
      if (!json) throw new BenchError('report_failed', 'A report does not carry its data.');
      await add(path, `json/${name}.json`, json);
      return add(path, `xml/${name}.xml`, Buffer.from(reportXml(json), 'utf8'));
    },
    'archive.add': ({ path, name, bytes }: ArchiveTasks['archive.add']['input']) => add(path, name, bytes),
    'archive.close': async ({ path }: ArchiveTasks['archive.close']['input']) => {
      const archive = get(path);
      try {
        await archive.zip.close();
        await archive.handle.sync();
        await archive.handle.close();
        await rename(partOf(path), path);
      } catch (error) {
        await abort(path);
        throw inWords(error);
      }
      open_.delete(path);
      return { sizeBytes: archive.size, sha256: archive.hash.digest('hex') };
    },
    'archive.abort': ({ path }: ArchiveTasks['archive.abort']['input']) => abort(path),
  };
}

const partOf = (path: string) => `${path}.part`;

function inWords(error: unknown): BenchError {
  if (error instanceof BenchError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new BenchError('disk_full', 'The disk is full: the export was not finished. Make room and start it again.')
    : new BenchError('data_folder_unusable', 'The folder of exports cannot be written.', { cause: error });
}

import { lstat, realpath, stat } from 'node:fs/promises';

/**
 * What stands at the path now, as a text that changes when another node takes its place; null when nothing does.
 * A link is judged with what it points at: names under /dev/serial/by-path are made anew at each attach.
 */
export async function presenceOf(path: string): Promise<string | null> {
  // A COM port is no file; this name lets Windows look for its device.
  const file = process.platform === 'win32' ? `\\\\.\\${path}` : path;
  try {
    const [link, target, node] = await Promise.all([lstat(file), realpath(file), stat(file)]);
    const linked = link.isSymbolicLink() ? `${link.ino}@${link.ctimeMs}` : '';
    return [linked, target, node.dev, node.ino, node.rdev].join(':');
  } catch {
    return null;
  }
}

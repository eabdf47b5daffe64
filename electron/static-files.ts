import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { commonHeaders } from './loopback-headers.ts';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** Serves the built renderer from one folder and nothing outside it. */
export function createStaticFiles(folder: string) {
  return {
    async serve(path: string, response: ServerResponse): Promise<void> {
      const name = path === '/' ? 'index.html' : fileName(path);
      const type = types[extname(name ?? '')];
      const content = name !== null && type ? await readFile(join(folder, name)).catch(() => null) : null;
      if (content === null || !type) return void response.writeHead(404, commonHeaders).end();
      response.writeHead(200, { ...commonHeaders, 'content-type': type }).end(content);
    },
  };
}

/** The path inside the folder, or null for anything that would leave it. */
function fileName(path: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (/[\0\\]/.test(decoded)) return null;
  const name = normalize(decoded.slice(1));
  return name.startsWith('..') || name.startsWith(sep) ? null : name;
}

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isAppUrl } from './origin.ts';

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=()',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
};

/**
 * Answers with the files that were in the folder at the start, by their exact path: whatever else a request spells,
 * encoded, absolute, dotted or through a link, is 404.
 */
export async function createRendererHost(rendererDir: string): Promise<(request: Request) => Promise<Response>> {
  const files = new Map<string, string>();
  for await (const file of plainFiles(rendererDir)) {
    files.set(`/${path.relative(rendererDir, file).split(path.sep).join('/')}`, file);
  }
  return async request => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return new Response(null, { status: 405, headers });
    const file = isAppUrl(request.url) ? files.get(new URL(request.url).pathname) : undefined;
    const mediaType = file && mediaTypes[path.extname(file)];
    if (!file || !mediaType) return new Response(null, { status: 404, headers });
    const content = request.method === 'HEAD' ? null : await readFile(file);
    return new Response(content, { headers: { ...headers, 'content-type': mediaType } });
  };
}

/** Regular files below a folder; links are left out. */
async function* plainFiles(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* plainFiles(file);
    else if (entry.isFile()) yield file;
  }
}

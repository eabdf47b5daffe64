import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './tools.ts';

const configuration = (url: string) => `
[ req ]
distinguished_name = dn
[ dn ]
[ root ]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
[ middle ]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
crlDistributionPoints = URI:${url}/root.crl
[ stamps ]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
crlDistributionPoints = URI:${url}/middle.crl
[ list ]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
[ tsa ]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
`;

export type TimeAuthority = Awaited<ReturnType<typeof startTimeAuthority>>;

/**
 * A time stamping authority that is OpenSSL's: RFC 3161 over HTTP on loopback, with a root, an intermediate, a
 * certificate for time stamping and revocation lists. `answer` orders what comes back instead of a stamp.
 */
export async function startTimeAuthority(options: { key?: 'rsa' | 'ec' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'time-authority-'));
  const file = (name: string) => join(folder, name);
  const ssl = (...args: string[]) => {
    const run = runTool('openssl', args, { cwd: folder });
    if (run.status !== 0) throw new Error(run.output);
  };
  let answer: ((body: Buffer) => { status: number; type: string; body: Buffer }) | null = null;
  let asked = 0;
  let lists = 0;

  const stamp = (query: Buffer): Buffer => {
    writeFileSync(file('query.tsq'), query);
    const config = ['-config', 'openssl.cnf', '-section', 'tsa'];
    const signer = ['-signer', 'tsa.pem', '-inkey', 'tsa.key', '-chain', 'middle.pem'];
    ssl('ts', '-reply', ...config, '-queryfile', 'query.tsq', ...signer, '-out', 'reply.tsr');
    return readFileSync(file('reply.tsr'));
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'GET') {
        lists++;
        response.end(readFileSync(file(request.url === '/root.crl' ? 'root.crl' : 'middle.crl')));
        return;
      }
      asked++;
      const body = Buffer.concat(chunks);
      const {
        status,
        type,
        body: reply,
      } = answer?.(body) ?? {
        status: 200,
        type: 'application/timestamp-reply',
        body: stamp(body),
      };
      response.writeHead(status, { 'content-type': type }).end(reply);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  makeAuthority({ file, ssl, url, key: options.key ?? 'ec' });

  return {
    url,
    folder,
    rootPem: readFileSync(file('root.pem'), 'utf8'),
    stamp,
    asked: () => asked,
    lists: () => lists,
    /** What comes back from now on; null: time stamps. */
    answer(next: typeof answer) {
      answer = next;
    },
    /** Puts the certificate of the stamps on the revocation list. */
    revoke() {
      ssl(...listOf('middle'), '-revoke', 'tsa.pem');
      publishList(ssl, 'middle');
    },
    async stop() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Making = { file(name: string): string; ssl(...args: string[]): void; url: string; key: 'rsa' | 'ec' };

/** Root, intermediate, the certificate of the stamps, and an empty revocation list of each authority. */
function makeAuthority({ file, ssl, url, key }: Making): void {
  writeFileSync(file('openssl.cnf'), configuration(url));
  writeFileSync(file('index.txt'), '');
  writeFileSync(file('crlnumber'), '01\n');
  writeFileSync(file('serial'), '01\n');
  const kind = key === 'rsa' ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const config = ['-config', 'openssl.cnf'];
  const request = (name: string, subject: string, ...more: string[]) =>
    ssl('req', ...config, '-newkey', ...kind, '-nodes', '-keyout', `${name}.key`, '-subj', subject, ...more);
  const issue = (name: string, by: string, extensions: string, serial: string) => {
    const authority = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-set_serial', serial, '-days', '3650'];
    const as = ['-extfile', 'openssl.cnf', '-extensions', extensions, '-out', `${name}.pem`];
    ssl('x509', '-req', '-in', `${name}.csr`, ...authority, ...as);
  };
  request('root', '/CN=Example Time Root', '-x509', '-days', '3650', '-extensions', 'root', '-out', 'root.pem');
  request('middle', '/CN=Example Time Authority', '-out', 'middle.csr');
  issue('middle', 'root', 'middle', '2');
  request('tsa', '/CN=Example Time Stamps', '-out', 'tsa.csr');
  issue('tsa', 'middle', 'stamps', '3');
  for (const name of ['root', 'middle']) publishList(ssl, name);
}

const listOf = (name: string) => [
  ...['ca', '-config', 'openssl.cnf', '-name', 'list'],
  ...['-keyfile', `${name}.key`, '-cert', `${name}.pem`],
];

function publishList(ssl: Making['ssl'], name: string): void {
  ssl(...listOf(name), '-gencrl', '-out', `${name}.crl.pem`);
  ssl('crl', '-in', `${name}.crl.pem`, '-outform', 'DER', '-out', `${name}.crl`);
}

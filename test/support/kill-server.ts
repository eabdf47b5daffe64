import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startCentralServer } from '../../server/central-server.ts';
import { parseCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { leafHash } from '../../shared/tlog/hash.ts';
import { appendLeaf, emptyFrontier, frontierRoot } from '../../shared/tlog/merkle.ts';
import { openNote, parseVkey } from '../../shared/tlog/note.ts';
import { tilePath } from '../../shared/tlog/tile.ts';
import { createStationLog, type StationLog } from '../server/station-client.ts';

const script = join(import.meta.dirname, '../../scripts/server.ts');
const batchEntries = 70;
const acknowledgedEachRound = 3;

/**
 * Kills a server `rounds` times while it takes batches, and checks after each start that it holds all that it
 * acknowledged, byte for byte, and nothing twice. Tells how many batches the kill cut off before and after their commit.
 */
export async function killServer(rounds: number): Promise<{ lost: number; kept: number; size: number }> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-server-kill-'));
  const log = createStationLog();
  const told = { lost: 0, kept: 0, size: 0 };
  try {
    const witnessVkey = await enrol(dir, log);
    for (let round = 0; round < rounds; round++) {
      const { acknowledged, cutOff } = await sendUntilKilled(dir, log, told.size);
      const held = await sizeAfterStart(dir, log, witnessVkey, acknowledged);
      expect(cutOff ? [acknowledged, acknowledged + batchEntries] : [acknowledged]).toContain(held);
      if (cutOff) told[held === acknowledged ? 'lost' : 'kept'] += 1;
      told.size = held;
    }
    return told;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function enrol(dataDir: string, log: StationLog): Promise<string> {
  const server = await startCentralServer({ dataDir, port: 0 });
  const answer = await log.enrol(server.url, await server.createEnrolCode(), 'AAAA');
  await server.close();
  expect(answer.status).toBe(201);
  return server.witnessVkey;
}

/** The size up to which the server cosigned before it was killed in the middle of one batch more. */
async function sendUntilKilled(dataDir: string, log: StationLog, from: number) {
  const child = spawn(process.execPath, [script, '--data', dataDir, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise(resolve => child.once('exit', resolve));
  try {
    const url = await addressOf(child);
    let size = from;
    for (let i = 0; i < acknowledgedEachRound; i++) {
      expect((await send(url, log, size)).status).toBe(200);
      size += batchEntries;
    }
    const last = send(url, log, size).then(
      answer => answer.status === 200,
      () => false,
    );
    setTimeout(() => child.kill('SIGKILL'), randomInt(0, 20));
    return (await last) ? { acknowledged: size + batchEntries, cutOff: false } : { acknowledged: size, cutOff: true };
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  let said = '';
  for await (const chunk of stdout ?? []) {
    said += String(chunk);
    const [, url] = /serving (http:\S+) /.exec(said) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`the server ended: ${said}`);
}

function send(url: string, log: StationLog, from: number): Promise<Response> {
  const to = from + batchEntries;
  if (log.entries.length < to) log.write(to - log.entries.length);
  return log.send(url, log.batch(from, to));
}

/** Opens the store again: head, leaf hashes and a replay of the newest acknowledged batch all agree with the station. */
async function sizeAfterStart(dataDir: string, log: StationLog, witnessVkey: string, acknowledged: number) {
  const server = await startCentralServer({ dataDir, port: 0 });
  try {
    const note = await (await log.ask(server.url, `/v1/logs/${log.oh}/checkpoint`)).text();
    const { text, signatures } = openNote(note, [parseVkey(log.vkey), parseVkey(witnessVkey)]);
    expect(signatures).toHaveLength(2);
    const { size, root } = parseCheckpoint(text);
    const leaves = log.entries.slice(0, size).map(leafHash);
    expect(frontierRoot(leaves.reduce(appendLeaf, emptyFrontier)).equals(root)).toBe(true);
    expect((await leavesOf(server.url, log, size)).equals(Buffer.concat(leaves))).toBe(true);
    expect((await send(server.url, log, acknowledged - batchEntries)).status).toBe(200);
    return size;
  } finally {
    await server.close();
  }
}

async function leavesOf(url: string, log: StationLog, size: number): Promise<Buffer> {
  const tiles: Buffer[] = [];
  for (let n = 0; n * 256 < size; n++) {
    const path = tilePath(0, n, Math.min(256, size - n * 256));
    const answer = await log.ask(url, `/v1/logs/${log.oh}/${path}`);
    expect(answer.status).toBe(200);
    tiles.push(Buffer.from(await answer.arrayBuffer()));
  }
  return Buffer.concat(tiles);
}

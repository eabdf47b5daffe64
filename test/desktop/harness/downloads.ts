import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Protocol } from '../../../node_modules/playwright-core/types/protocol.d.ts';
import type { Addresses } from './address.ts';
import type { Chromium } from './chromium.ts';
import type { createSession } from './session.ts';
import { type EmitterMethod, emitting, fire, notEmulated } from './strict.ts';
import type { Contents } from './web-contents.ts';

type ItemMembers = Pick<
  Electron.DownloadItem,
  | 'getURL'
  | 'getFilename'
  | 'getState'
  | 'getSavePath'
  | 'setSavePath'
  | 'setSaveDialogOptions'
  | 'getSaveDialogOptions'
  | 'cancel'
>;
export type DownloadItemApi = ItemMembers & Pick<Electron.DownloadItem, EmitterMethod>;

type DownloadDeps = {
  chromium: Chromium;
  addresses: Addresses;
  session: ReturnType<typeof createSession>;
  contentsOf(targetId: string): Contents | null;
};

/**
 * session's will-download. Chromium saves into a temporary folder; the file moves to the path main gave. Electron
 * would show its save dialog when main gave none: here the test plays the operator by giving the path.
 */
export function createDownloads({ chromium, addresses, session, contentsOf }: DownloadDeps) {
  const folder = mkdtempSync(path.join(tmpdir(), 'downloads-'));
  const items = new Map<string, ReturnType<typeof createItem>>();
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

  const begin = ({ guid, url, suggestedFilename, frameId }: Protocol.Browser.downloadWillBeginPayload) => {
    const cancel = () => void chromium.send('Browser.cancelDownload', { guid }).catch(() => {});
    const item = createItem({ url: addresses.toMain(url), name: suggestedFilename, cancel });
    const event = fire(session.emitter, 'will-download', {}, item.api, contentsOf(frameId)?.api);
    if (event.defaultPrevented) {
      cancel();
      return;
    }
    items.set(guid, item);
    if (item.api.getSavePath() === '') {
      console.error(notEmulated(`the save dialog for ${suggestedFilename}: give a path with item.setSavePath`));
      cancel();
    }
  };
  const progress = ({ guid, state }: Protocol.Browser.downloadProgressPayload) => {
    const item = items.get(guid);
    if (!item || state === 'inProgress') return;
    items.delete(guid);
    if (state === 'completed') copyFileSync(path.join(folder, guid), item.api.getSavePath());
    item.finish(state === 'completed' ? 'completed' : 'cancelled');
  };

  return {
    async start() {
      chromium.on('', 'Browser.downloadWillBegin', begin);
      chromium.on('', 'Browser.downloadProgress', progress);
      await chromium.send('Browser.setDownloadBehavior', {
        behavior: 'allowAndName',
        downloadPath: folder,
        eventsEnabled: true,
      });
    },
  };
}

function createItem({ url, name, cancel }: { url: string; name: string; cancel(): void }) {
  let savePath = '';
  let dialogOptions: Electron.SaveDialogOptions = {};
  let state: 'progressing' | 'completed' | 'cancelled' = 'progressing';
  const members: ItemMembers = {
    getURL: () => url,
    getFilename: () => name,
    getState: () => state,
    getSavePath: () => savePath,
    setSavePath(file) {
      savePath = file;
    },
    getSaveDialogOptions: () => dialogOptions,
    setSaveDialogOptions(options) {
      dialogOptions = options;
    },
    cancel,
  };
  const emitter = emitting('DownloadItem', ['updated', 'done'], members);
  return {
    api: emitter as DownloadItemApi & typeof emitter,
    finish(outcome: 'completed' | 'cancelled') {
      state = outcome;
      fire(emitter, 'done', {}, outcome);
    },
  };
}

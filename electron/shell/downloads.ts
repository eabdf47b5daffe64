import path from 'node:path';
import { app, type DownloadItem, type Session } from 'electron';
import { isAppUrl } from './origin.ts';

const savable = ['.pdf', '.pem', '.json', '.jpeg', '.jpg', '.png', '.webp', '.mp4', '.webm'];

/**
 * Lets the page save what it made itself, a report or a piece of evidence, wherever the operator says in the system's
 * own dialog. That dialog does not stop the main process, so erasures go on while it is open.
 */
export function offerDownloads(session: Session): void {
  session.on('will-download', (event, item) => {
    if (isOwnDocument(item)) item.setSaveDialogOptions(dialogFor(item.getFilename()));
    else event.preventDefault();
  });
}

function isOwnDocument(item: DownloadItem): boolean {
  const address = item.getURL();
  const madeByPage = address.startsWith('blob:') && isAppUrl(address.slice('blob:'.length));
  return madeByPage && savable.includes(path.extname(item.getFilename()).toLowerCase());
}

function dialogFor(fileName: string): Electron.SaveDialogOptions {
  const name = path.basename(fileName);
  return {
    title: 'Save',
    defaultPath: path.join(app.getPath('downloads'), name),
    filters: [{ name: 'Document', extensions: [path.extname(name).slice(1)] }],
  };
}

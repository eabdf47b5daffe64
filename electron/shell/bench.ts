import path from 'node:path';
import { app } from 'electron';
import type { Reply } from '../../shared/contract.ts';

/** What the shell serves to its pages. */
export type Bench = {
  call(connection: string, name: string, input: unknown): Promise<Reply>;
  subscribe(connection: string, listener: (event: string, payload: unknown) => void): () => void;
  closeConnection(connection: string): void;
  lockAll(): void;
  close(): Promise<void>;
};

/** Where the application is installed and where it may keep things. */
export type Place = {
  name: string;
  version: string;
  dataDir: string;
  fontsDir: string;
  /** The file of a program that runs in a process of its own. */
  program(name: string): string;
};

export function findPlace(): Place {
  const appDir = app.getAppPath();
  return {
    name: app.getName(),
    version: app.getVersion(),
    // A folder of its own: beside it Chromium keeps its profile.
    dataDir: path.join(app.getPath('userData'), 'bench'),
    fontsDir: path.join(app.isPackaged ? process.resourcesPath : path.join(appDir, 'resources'), 'fonts'),
    program: name => path.join(appDir, 'dist', `${name}.js`),
  };
}

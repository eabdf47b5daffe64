import { type Protocol, protocol } from 'electron';
import { appScheme } from './origin.ts';
import { createRendererHost } from './renderer-host.ts';

/** To be called before the application is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the renderer's folder on app://bench and nothing else. */
export async function serveRenderer(on: Pick<Protocol, 'handle'>, rendererDir: string): Promise<void> {
  on.handle(appScheme, await createRendererHost(rendererDir));
}

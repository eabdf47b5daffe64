import { app, type Session, type WebContents } from 'electron';
import { isAppUrl } from './origin.ts';

/** Applies to every page the application will ever have. To be called before the first window is made. */
export function confineContents(): void {
  app.on('web-contents-created', (_event, contents) => confine(contents));
}

function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('will-attach-webview', event => event.preventDefault());
  contents.on('will-frame-navigate', event => {
    if (!isAppUrl(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', event => {
    if (!isAppUrl(event.url)) event.preventDefault();
  });
}

/** Refuses every permission, device, screen capture and request to the network; Electron's default is to approve. */
export function confineSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, choose) => choose(null));
  session.setSpellCheckerEnabled(false); // it would download dictionaries
  session.webRequest.onBeforeRequest((details, decide) => decide({ cancel: !staysInside(details.url) }));
}

function staysInside(address: string): boolean {
  return isAppUrl(address) || ['blob:', 'data:', 'devtools:'].includes(URL.parse(address)?.protocol ?? '');
}

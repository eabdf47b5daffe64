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

/**
 * Refuses every permission, device, screen capture and request to the network; Electron's default is to approve. The one
 * exception is the camera without its microphone, for the bench's own page: it takes the pictures that serve as evidence.
 */
export function confineSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide, details) => {
    const { mediaTypes = [] } = 'mediaTypes' in details ? details : {};
    const cameraAlone = permission === 'media' && mediaTypes.length === 1 && mediaTypes[0] === 'video';
    decide(cameraAlone && details.isMainFrame && isAppUrl(details.requestingUrl));
  });
  session.setPermissionCheckHandler((_contents, permission, origin, { mediaType, isMainFrame }) => {
    return permission === 'media' && mediaType === 'video' && isMainFrame && isAppUrl(origin);
  });
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, choose) => choose(null));
  session.setSpellCheckerEnabled(false); // it would download dictionaries
  session.webRequest.onBeforeRequest((details, decide) => decide({ cancel: !staysInside(details.url) }));
}

function staysInside(address: string): boolean {
  return isAppUrl(address) || ['blob:', 'data:', 'devtools:'].includes(URL.parse(address)?.protocol ?? '');
}

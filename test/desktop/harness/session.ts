import type { ProtocolApi } from './protocol.ts';
import { type EmitterMethod, emitting, strict } from './strict.ts';

type SessionMembers = Pick<
  Electron.Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
  | 'setSpellCheckerEnabled'
  | 'protocol'
  | 'webRequest'
>;
export type SessionApi = SessionMembers & Pick<Electron.Session, EmitterMethod>;
type BeforeRequest = Parameters<Electron.WebRequest['onBeforeRequest']>[0];

export type PermissionHandlers = {
  request: Parameters<Electron.Session['setPermissionRequestHandler']>[0];
  check: Parameters<Electron.Session['setPermissionCheckHandler']>[0];
  device: Parameters<Electron.Session['setDevicePermissionHandler']>[0];
  displayMedia: Parameters<Electron.Session['setDisplayMediaRequestHandler']>[0];
};

/**
 * The one session of the application. Stock Chromium routes no permission to main: `permissions` lets a test ask the
 * handlers what they would answer.
 */
export function createSession(protocol: ProtocolApi, mustBeReady: (what: string) => void) {
  const permissions: PermissionHandlers = { request: null, check: null, device: null, displayMedia: null };
  let beforeRequest: BeforeRequest = null;

  const members: SessionMembers = {
    protocol: protocol as Electron.Protocol,
    webRequest: strict('webRequest', {
      onBeforeRequest(listener: BeforeRequest) {
        beforeRequest = listener;
      },
    }) as Electron.WebRequest,
    setPermissionRequestHandler(handler) {
      permissions.request = handler;
    },
    setPermissionCheckHandler(handler) {
      permissions.check = handler;
    },
    setDevicePermissionHandler(handler) {
      permissions.device = handler;
    },
    setDisplayMediaRequestHandler(handler) {
      permissions.displayMedia = handler;
    },
    setSpellCheckerEnabled() {},
  };
  const defaultSession = emitting('session', ['will-download'], members);
  const api = strict('session', {
    get defaultSession() {
      mustBeReady('Session');
      return defaultSession as SessionApi & typeof defaultSession;
    },
  });
  return {
    api,
    emitter: defaultSession,
    permissions: permissions as Readonly<PermissionHandlers>,
    /** Whether webRequest.onBeforeRequest lets it pass. */
    admits(details: Pick<Electron.OnBeforeRequestListenerDetails, 'url' | 'method'>): Promise<boolean> {
      const listener = beforeRequest;
      if (!listener) return Promise.resolve(true);
      return new Promise(resolve => {
        listener(details as Electron.OnBeforeRequestListenerDetails, answer => resolve(answer.cancel !== true));
      });
    },
  };
}

import type { Protocol } from '../../../node_modules/playwright-core/types/protocol.d.ts';
import type { Chromium } from './chromium.ts';
import { isolatedWorldName } from './page/scripts.ts';
import type { FromPage } from './page/worlds.ts';

export type Size = { width: number; height: number };
const addScript = 'Page.addScriptToEvaluateOnNewDocument';

type Scripts = { mainWorld: string; isolatedWorld: string };

export type PageListeners = {
  onMessage(message: FromPage): void;
  onNavigated(url: string): void;
  onLoading(isLoading: boolean): void;
  onDomReady(): void;
  onLoaded(): void;
  onConsole(level: string, text: string): void;
  onCrashed(): void;
  onWindowOpen(url: string): void;
};

export type PageTarget = {
  readonly targetId: string;
  navigate(url: string): Promise<Protocol.Page.navigateReturnValue>;
  reload(): Promise<unknown>;
  /** Calls one of the isolated world's entrances; does nothing while no document is there. */
  enterIsolatedWorld(entrance: '__harnessEvent' | '__harnessAnswer', key: string | number, text: string): void;
  close(): void;
};

type TargetDeps = { chromium: Chromium; size: Size; binding: string; scripts: Scripts; listeners: PageListeners };

/** A page of the browser with the harness's scripts in it, not yet navigated anywhere. */
export async function openPageTarget({ chromium, size, binding, scripts, listeners }: TargetDeps): Promise<PageTarget> {
  const { targetId } = await chromium.send('Target.createTarget', { url: 'about:blank', newWindow: true, ...size });
  const { sessionId } = await chromium.send('Target.attachToTarget', { targetId, flatten: true });
  const world = followIsolatedWorld(chromium, sessionId, targetId);
  followPage(chromium, sessionId, targetId, binding, listeners);
  refuseOtherTargets(chromium, sessionId);

  await Promise.all([
    chromium.send('Page.enable', {}, sessionId),
    chromium.send('Runtime.enable', undefined, sessionId),
    chromium.send('Log.enable', undefined, sessionId),
    chromium.send('Inspector.enable', undefined, sessionId),
    chromium.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: true, flatten: true }, sessionId),
    chromium.send('Emulation.setDeviceMetricsOverride', { ...size, deviceScaleFactor: 1, mobile: false }, sessionId),
    chromium.send('Runtime.addBinding', { name: binding, executionContextName: isolatedWorldName }, sessionId),
    chromium.send(addScript, { source: scripts.mainWorld }, sessionId),
    chromium.send(addScript, { worldName: isolatedWorldName, source: scripts.isolatedWorld }, sessionId),
  ]);

  return {
    targetId,
    navigate: url => chromium.send('Page.navigate', { url }, sessionId),
    reload: () => chromium.send('Page.reload', {}, sessionId),
    enterIsolatedWorld(entrance, key, text) {
      const contextId = world.contextId();
      if (contextId === null) return;
      chromium
        .send(
          'Runtime.callFunctionOn',
          {
            functionDeclaration: `function (key, text) { ${entrance}(key, text); }`,
            executionContextId: contextId,
            arguments: [{ value: key }, { value: text }],
          },
          sessionId,
        )
        .then(
          ({ exceptionDetails }) => {
            const thrown = exceptionDetails?.exception?.description ?? exceptionDetails?.text;
            if (thrown !== undefined) listeners.onConsole('error', `Uncaught ${thrown}`);
          },
          () => {}, // the document went away meanwhile
        );
    },
    close: () => void chromium.send('Target.closeTarget', { targetId }).catch(() => {}),
  };
}

function followIsolatedWorld(chromium: Chromium, session: string, targetId: string) {
  let current: number | null = null;
  chromium.on(session, 'Runtime.executionContextCreated', ({ context }) => {
    const { frameId } = (context.auxData ?? {}) as { frameId?: string };
    if (context.name === isolatedWorldName && frameId === targetId) current = context.id;
  });
  chromium.on(session, 'Runtime.executionContextsCleared', () => {
    current = null;
  });
  return { contextId: () => current };
}

function followPage(chromium: Chromium, session: string, targetId: string, binding: string, on: PageListeners) {
  chromium.on(session, 'Runtime.bindingCalled', ({ name, payload }) => {
    if (name === binding) on.onMessage(JSON.parse(payload) as FromPage);
  });
  chromium.on(session, 'Page.frameNavigated', ({ frame }) => {
    if (frame.id === targetId) on.onNavigated(frame.url + (frame.urlFragment ?? ''));
  });
  chromium.on(session, 'Page.navigatedWithinDocument', ({ frameId, url }) => {
    if (frameId === targetId) on.onNavigated(url);
  });
  chromium.on(session, 'Page.frameStartedLoading', ({ frameId }) => {
    if (frameId === targetId) on.onLoading(true);
  });
  chromium.on(session, 'Page.frameStoppedLoading', ({ frameId }) => {
    if (frameId === targetId) on.onLoading(false);
  });
  chromium.on(session, 'Page.domContentEventFired', on.onDomReady);
  chromium.on(session, 'Page.loadEventFired', on.onLoaded);
  chromium.on(session, 'Page.windowOpen', ({ url }) => on.onWindowOpen(url));
  chromium.on(session, 'Inspector.targetCrashed', on.onCrashed);
  chromium.on(session, 'Log.entryAdded', ({ entry }) => on.onConsole(entry.level, entry.text));
  chromium.on(session, 'Runtime.consoleAPICalled', ({ type, args }) => {
    on.onConsole(type, args.map(value => String(value.value ?? value.description ?? '')).join(' '));
  });
}

/** Closes pages that a link or a script opened behind setWindowOpenHandler's back; lets workers run. */
function refuseOtherTargets(chromium: Chromium, session: string) {
  chromium.on(session, 'Target.attachedToTarget', ({ targetInfo, sessionId }) => {
    if (targetInfo.type === 'page') {
      chromium.send('Target.closeTarget', { targetId: targetInfo.targetId }).catch(() => {});
    } else {
      chromium.send('Runtime.runIfWaitingForDebugger', undefined, sessionId).catch(() => {});
    }
  });
}

import { contextBridge, ipcRenderer } from 'electron';

type Listener = (event: string, payload: unknown) => void;

contextBridge.exposeInMainWorld('bench', {
  call: (name: string, input: unknown): Promise<unknown> => ipcRenderer.invoke('bench:call', name, input),
  subscribe(listener: Listener) {
    // The page gets name and payload alone: Electron's event object would hand it the sender.
    const forward = (_event: unknown, name: string, payload: unknown) => listener(name, payload);
    ipcRenderer.on('bench:event', forward);
    return () => {
      ipcRenderer.off('bench:event', forward);
    };
  },
});

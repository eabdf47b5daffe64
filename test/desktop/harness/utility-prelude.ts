// Loaded into a utility process before its own module: process.parentPort over Node's channel.
import { EventEmitter } from 'node:events';

const port = new EventEmitter();
process.on('message', ({ message }: { message: unknown }) => port.emit('message', { data: message, ports: [] }));
// A utility process ends with the application.
process.on('disconnect', () => process.exit(0));
Object.assign(process, {
  type: 'utility',
  parentPort: Object.assign(port, { postMessage: (message: unknown) => process.send?.({ message }) }),
});

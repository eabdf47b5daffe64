/** Names that say where a connector is and cannot hold what is plugged in: bus paths and numbered lines. */
const places = [/^\d+-\d+(\.\d+)*$/, /^\/dev\/tty[A-Za-z]+\d+$/, /^\/dev\/serial\/by-path\/[\w:.+-]+$/, /^COM\d+$/];

/**
 * The connector as the journal may name it for ever. Systems put serial numbers into the names of some lines
 * (`/dev/serial/by-id`, `cu.usbmodem…`), and a path chosen by an operator can hold a name: those are left out.
 */
export function connectorName(portPath: string): string {
  return places.some(place => place.test(portPath)) ? portPath : 'not named';
}

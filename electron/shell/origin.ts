export const appScheme = 'app';
const appHost = 'bench';
export const startUrl = `${appScheme}://${appHost}/index.html`;

/** Whether an address belongs to the bench's own page. Compares the parsed scheme and host, never a prefix. */
export function isAppUrl(address: string): boolean {
  const url = URL.parse(address);
  return (
    url !== null &&
    url.protocol === `${appScheme}:` &&
    url.host === appHost &&
    url.username === '' &&
    url.password === ''
  );
}

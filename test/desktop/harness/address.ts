/**
 * Stock Chromium cannot register a scheme, so the page sees `https://HOST.SCHEME.harness` where main sees
 * `SCHEME://HOST`. This is the one place that knows.
 */
export type Addresses = {
  register(scheme: string): void;
  isRegistered(scheme: string): boolean;
  toPage(url: string): string;
  toMain(url: string): string;
  /** A header as the page must see it: addresses and CSP scheme sources translated. */
  headerForPage(name: string, value: string): string;
};

export function createAddresses(): Addresses {
  const schemes = new Set<string>();
  const toPage = (url: string) =>
    url.replace(/^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i, (all, scheme: string, host: string) =>
      schemes.has(scheme) ? `https://${host}.${scheme}.harness` : all,
    );
  return {
    register: scheme => void schemes.add(scheme),
    isRegistered: scheme => schemes.has(scheme),
    toPage,
    toMain: url =>
      url.replace(
        /^(blob:)?https:\/\/([^/?#]*?)\.([a-z0-9+-]+)\.harness(?=[/?#]|$)/i,
        (_, blob: string | undefined, host: string, scheme: string) => `${blob ?? ''}${scheme}://${host}`,
      ),
    headerForPage(name, value) {
      const sources =
        name.toLowerCase() === 'content-security-policy'
          ? value.replace(/\b([a-z0-9+-]+):(?=[\s;]|$)/g, (all, scheme: string) =>
              schemes.has(scheme) ? `https://*.${scheme}.harness` : all,
            )
          : value;
      return sources.replace(/[a-z0-9+-]+:\/\/[^\s;,]+/g, toPage);
    },
  };
}

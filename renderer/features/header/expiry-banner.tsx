import { routeHref } from '../../state/route.ts';

const dayMs = 24 * 3_600_000;
const warnDays = 14;

/** Says in time that the password will expire, and where to change it. */
export function ExpiryBanner({ expiresAt }: { expiresAt: string | null }) {
  const days = expiresAt === null ? null : Math.ceil((Date.parse(expiresAt) - Date.now()) / dayMs);
  if (days === null || days > warnDays) return null;
  return (
    <div className="expiry-banner">
      Your password expires in {days === 1 ? 'one day' : `${days} days`}.{' '}
      <a href={routeHref({ screen: 'me', id: null })}>Change it</a>
    </div>
  );
}

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Whether what this origin's pages say is theirs: over https, or from this computer itself (potentially trustworthy origins of the
 * W3C's Secure Contexts, section 3.1). Anybody on the way may write into other pages, so that no consent could be given to them.
 */
export function isSecureOrigin(origin: string): boolean {
  if (!/^https?:\/\/[^/]+$/.test(origin) || !URL.canParse(origin)) return false;
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || LOOPBACK.test(hostname);
}

import type { UnreachableError } from '../../client/client.ts';
import type { HostPlace } from './host-url.ts';

/** Errors of TLS whose certificate nobody vouches for. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Why no host answered, and what to do about it. */
export function unreachable({ url, reason, cause }: UnreachableError, source: HostPlace['source']): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const said = code === 'EPROTO' ? 'what is there speaks no TLS' : reason;
  return `No Coredinator answers at ${url} (${said}); ${remedy(code, url, source)}.`;
}

function remedy(code: string, url: string, source: HostPlace['source']): string {
  if (UNKNOWN_AUTHORITY.has(code)) return 'give the certificate of its authority with --ca';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'give a --url with a name that the certificate holds';
  if (code === 'EPROTO') return `if a host is there, give --url ${url.replace(/^https:/, 'http:')}`;
  if (code === 'EACCES') return 'run this as the user of the host';
  if (code === 'ECONNRESET' && url.startsWith('http:')) {
    return `if a host is there and speaks TLS, give --url ${url.replace(/^http:/, 'https:')}`;
  }
  switch (source) {
    case 'url':
      return 'start the host, or correct the URL';
    case 'folder':
      return 'the host that listened there has gone without saying so: start it again';
    case 'default':
      return 'start a host, or say with --url or --base-path where one is';
  }
}

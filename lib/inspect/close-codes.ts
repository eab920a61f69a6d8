/** Why the hub ends a connection (RFC 6455, 7.4); what a viewer can do stands in docs/inspector.md. */
export const CLOSE = {
  leaving: { code: 1001, reason: 'The host is leaving; connect again when it is back.' },
  withdrawn: { code: 1008, reason: 'The token that opened this connection was withdrawn; connect with another one.' },
  full: { code: 1013, reason: 'Too many viewers watch this host; close one, or come again later.' },
} as const;

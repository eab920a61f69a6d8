/** Why the hub closes a connection (RFC 6455, 7.4); docs/inspector.md says what a viewer can do. */
export const CLOSE = {
  closing: { code: 1001, reason: 'The host is shutting down. Connect again when it is back.' },
  withdrawn: { code: 1008, reason: 'The token that opened this connection was withdrawn. Connect with another one.' },
  full: { code: 1013, reason: 'Too many viewers are connected to this host. Close one, or try again later.' },
} as const;

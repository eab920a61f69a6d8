/** How requests prove who makes them, and whom they trust; asked for each request, as tokens expire. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly passphrase?: string;
  /** The name in the certificate of the server, if it is not that in its URL. */
  readonly serverName?: string;
  /** Whether the certificate of the server is checked. */
  readonly isVerified: boolean;
}

/** Where the API server of a cluster is, and how to be let in. */
export interface ClusterAccess {
  /** Without a slash at the end. */
  readonly server: string;
  /** The namespace that the context names; null: it names none. */
  readonly namespace: string | null;
  /** Rejects if the credentials are not available now, for instance because a program that makes tokens fails. */
  credentials(): Promise<Credentials>;
}

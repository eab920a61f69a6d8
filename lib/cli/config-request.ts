/** The files that have a schema. */
export const SUBJECTS = ['host', 'agent'] as const;

/** One of {@link SUBJECTS}. */
export type Subject = (typeof SUBJECTS)[number];

/** Where `coredinator config` finds the host's configuration; the paths are absolute. */
export interface ConfigPlace {
  readonly basePath: string;
  /** The file that was given; null: the `coredinator.yaml` of the base path, if there is one. */
  readonly configFile: string | null;
  /** The folder that the files of agents must lie in; null: they may lie anywhere. */
  readonly configRoot: string | null;
}

/** What `coredinator config` is to do. */
export type ConfigCommand =
  | { readonly type: 'check'; readonly place: ConfigPlace; readonly agentFiles: readonly string[] }
  | { readonly type: 'show'; readonly place: ConfigPlace }
  | { readonly type: 'schema'; readonly subject: Subject };

/** The instance that a state directory was copied or restored from. */
export interface Original {
  readonly instanceId: string;
  /** Where its state directory was. */
  readonly stateDir: string;
  /** When the backup was made, in ISO 8601; null: the directory was copied, not restored. */
  readonly backedUpAt: string | null;
}

/** The connection to the service manager of the host (sd_notify(3)). */
export interface Notifier {
  /** Sends one assignment such as `READY=1`. Messages stay in order, but may get lost; never throws. */
  send(assignment: string): void;
  /** Sends pending messages and closes the connection. */
  close(): Promise<void>;
}

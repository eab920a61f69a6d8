/** A way to the service manager that runs the host (sd_notify(3)). */
export interface Notifier {
  /** Sends one assignment such as `READY=1`. What is sent first arrives first; it may get lost, and never fails. */
  send(assignment: string): void;
  /** Sends what is waiting and lets go. */
  close(): Promise<void>;
}

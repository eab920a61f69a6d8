/** The heading of the commands that talk to a running host. */
export const TALK = 'Talk to a running host:';

/** The heading of the commands that talk to a running host. */
export const CLIENT_COMMANDS = 'Talk to a running host:';

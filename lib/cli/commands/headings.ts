/** The heading of the commands that talk to a running host. */
export const CLIENT_COMMANDS = 'Control a running host:';

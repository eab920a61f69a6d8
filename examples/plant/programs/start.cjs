'use strict';

/** A start failure that the operator must fix; the program prints its message and exits with code 1. */
class StartError extends Error {}

/** Prints one line per fact to standard output, with the time in UTC. */
function log(sentence) {
  console.log(`${new Date().toISOString()} ${sentence}`);
}

/** Runs a program's async `main`; a StartError becomes a message on standard error and exit code 1. */
function start(service, main) {
  main().catch((error) => {
    console.error(`${service}: ${error instanceof StartError ? error.message : error.stack}`);
    process.exit(1);
  });
}

module.exports = { StartError, log, start };

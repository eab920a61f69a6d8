'use strict';

/** A reason not to start that is the operator's to mend; ends the program with exit code 1 and its sentence. */
class StartError extends Error {}

/** One line a fact on standard output, with the time in UTC. */
function log(sentence) {
  console.log(`${new Date().toISOString()} ${sentence}`);
}

/** Runs a program's async `main`; a StartError becomes a sentence on standard error and exit code 1. */
function start(service, main) {
  main().catch((error) => {
    console.error(`${service}: ${error instanceof StartError ? error.message : error.stack}`);
    process.exit(1);
  });
}

module.exports = { StartError, log, start };
